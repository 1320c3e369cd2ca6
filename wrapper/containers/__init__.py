"""The sandbox's data plane: runs every task that the simulated ECS wants as a container on this machine's engine, checks it as
a load balancer does, and routes requests to it. A process of its own beside the sandbox server.

``lifecycle`` starts and stops it. ``scheduler``, ``task_states``, ``target_states``, ``routes`` and ``descriptions`` are pure.
"""
