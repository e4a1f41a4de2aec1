"""What is needed at night: looking into a service's spool, sending what is stuck, trying dead letters again."""
