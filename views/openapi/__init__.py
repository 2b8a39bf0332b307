"""What programs can ask, described for programs: OpenAPI 3.1, made of the code that answers."""
