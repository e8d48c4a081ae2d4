"""What runs in the interpreters of services: standard library only, out of sight afterwards."""
