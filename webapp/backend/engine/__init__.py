"""Takes from the queue what there is room for, and takes over what dead processes left."""
