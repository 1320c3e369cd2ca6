"""A simulated AWS per project: started on demand on loopback, kept until it is stopped.

``lifecycle`` starts and stops it and needs only the standard library; ``server`` is the process itself.
Importing this package imports neither moto nor boto3 nor flask.
"""
