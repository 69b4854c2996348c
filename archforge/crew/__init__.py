"""Trainings that run side by side, each in a process of its own.

A search and a comparison name what trains a job; ``workers`` starts a process for it from a server
that has TensorFlow imported, and hears its epochs. ``jobs`` is what a process is given and gives
back, ``means`` what it may take of the machine, ``training`` what it does, ``running`` the way of
jobs whose epochs nobody judges, ``failures`` what an end that is no success means, ``interrupts``
when a Ctrl-C is heard.

Only a process of a job, and the server of those, import ``training``: it brings Keras.
"""
