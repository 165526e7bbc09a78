"""The one database: tables, migrations, and a function for each question that the program asks."""
