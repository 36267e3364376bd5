"""Nothing: an Osteon agent runs no code from an app bundle. A SuperNode that gets this bundle answers an error."""

from flwr.clientapp import ClientApp

app = ClientApp()
