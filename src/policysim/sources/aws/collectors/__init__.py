"""What a snapshot reads, one module for a service or a family: each exports its table ``COLLECTORS``."""
