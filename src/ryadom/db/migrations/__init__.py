"""The history of the schema: one file per revision in `versions`, and what they share."""
