#!/bin/sh
# Runs a command beside the units, as their user and with their settings: makegood doctor, makegood connect.
#   install -m 0755 deploy/makegood.sh /usr/local/sbin/makegood
# A file that root wrote into the state folder would be one that the units cannot open.
exec systemd-run --quiet --wait --collect --pty --pipe --service-type=exec \
  --property=DynamicUser=yes \
  --property=User=makegood \
  --property=StateDirectory=makegood \
  --property=StateDirectoryMode=0700 \
  --property=WorkingDirectory=/var/lib/makegood \
  --property=EnvironmentFile=/etc/makegood/makegood.env \
  --property=CapabilityBoundingSet= \
  --property=UMask=0077 \
  --setenv=MAKEGOOD_DATA_DIR=/var/lib/makegood \
  /opt/makegood/bin/makegood "$@"
