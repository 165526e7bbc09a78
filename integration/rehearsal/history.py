"""Three years of plausible support history for one company, the same for the same seed.

"Alder & Finch" sells household goods and a filter subscription to people in six languages. `generate`
yields plain dicts in the order in which they can be loaded: whatever a dict refers to came before it.
References are *keys* (strings such as `"user:17"`), never ids: the loader gives ids in the order of
arrival, so ticket ids rise with time. Every moment is an ISO 8601 string in UTC with whole seconds
(`"2025-03-07T09:14:33Z"`). Every dict has `kind` and `key`.

`organization`  name, domain_names [str], created_at
`brand`         name, subdomain, default (bool), created_at
`group`         name, created_at
`agent`         name, email, role ("agent" | "admin"), locale, time_zone, groups [key], signature, created_at
`user`          name (may be an address, a single word or empty), email | None, phone | None,
                locale ("en-US", "es", "de", "fr", "pt-BR", "ru", …), organization key | None,
                identities [{type, value}] beyond `email`, tags [str], created_at, active (bool),
                merged_into key | None, merged_at | None (an inactive user whose tickets belong to another)
`ticket_field`  title, type ("text", "tagger", … or a system type), system (bool),
                options [{name, value}] (tagger only), created_at
`ticket`        subject, requester key, submitter key, assignee key | None, group key | None, brand key,
                organization key | None, channel (as in `via.channel`: "email", "web", "chat",
                "native_messaging", "facebook", "twitter", "voice", "api"), status, archived (bool: closed
                more than 120 days ago), priority | None, type, tags [str], custom_fields {field key: value},
                created_at, updated_at, solved_at | None,
                comments       [{author key, body, public (bool), at}] oldest first, at least one; the first is
                               the description
                status_changes [{status, at, by key | None}] oldest first; `by` None is a system rule;
                               the first is {"new", created_at}
                rating         {score "good" | "bad", comment str | None, at} | None
                merged_into    key of an earlier ticket | None
                followup_of    key of an earlier, closed ticket | None
                deleted_at     moment | None
                truth          {complaint (bool), category | None, order | None, repeat_of key | None,
                               promise {text, made_at, due_on, kept (bool)} | None, remedy | None, upheld | None}:
                               what the generator knows; a loader ignores it, tests measure against it

A tagger's value in `custom_fields` is also among the ticket's `tags`, as Zendesk keeps it.
"""
