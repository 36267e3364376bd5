"""The network and its training, plain PyTorch."""

import torch
from torch import nn

FEATURES = 5


class Net(nn.Module):
    """A hidden layer with batch normalisation, whose count of batches is an integer without a dimension."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(FEATURES, 8, bias=False)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.relu(self.norm(self.hidden(x))))


def rows(partition: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A site's invented rows: 32 more for each further site."""
    draw = torch.Generator().manual_seed(300 + partition)
    x = torch.randn(64 + 32 * partition, FEATURES, generator=draw)
    return x, (x.sum(1, keepdim=True) > 0).float()


def train(net: Net, partition: int) -> tuple[float, int]:
    """One pass over the rows in batches; the last loss, and the number of rows."""
    x, y = rows(partition)
    measure, step = nn.BCEWithLogitsLoss(), torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net.train()
    for first in range(0, len(x), 16):
        step.zero_grad()
        loss = measure(net(x[first:first + 16]), y[first:first + 16])
        loss.backward()
        step.step()
    return loss.item(), len(x)
