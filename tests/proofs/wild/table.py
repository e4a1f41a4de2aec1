"""All environments, in the order of the table."""

from alone import CHILDREN, ENDS, INTERPRETER, PROCESS
from apps import LOGGING, SERVERS
from neighbours import NEIGHBOURS, NETWORK

ROWS = [
    *INTERPRETER,
    *PROCESS,
    *ENDS,
    *CHILDREN,
    *SERVERS,
    *LOGGING,
    *NEIGHBOURS,
    *NETWORK,
]
