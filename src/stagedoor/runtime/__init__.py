"""Inside the container: a server, a loader and the client of the company's API. Imports no other room."""
