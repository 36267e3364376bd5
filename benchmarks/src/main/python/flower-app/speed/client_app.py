"""Never runs: the load generator answers for the nodes."""

from flwr.clientapp import ClientApp

app = ClientApp()
