"""Listeners: what a script can do to the one that it received, and what the platform does about it.

A listener is shared with the container, so a script may call anything on it. What one call of ours undoes is undone
each second; what nothing undoes is found, and the listener is bound anew.
"""

import fcntl
import os
import select
import socket

BACKLOG = 4096
_SHUT = select.POLLHUP | select.POLLRDHUP | select.POLLERR | select.POLLNVAL


def restore(descriptor: int) -> bool:
    """Sets the backlog and the flags again, which every holder of the socket can change.

    Returns False for a socket that accepts nothing any more, whatever is done: shutdown(2) was called on it.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    if any(events & _SHUT for _, events in poll.poll(0)):
        return False
    try:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & (os.O_NONBLOCK | os.O_ASYNC) != os.O_NONBLOCK:
            fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK)
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            listener.listen(BACKLOG)
    except OSError:
        return False
    return True
