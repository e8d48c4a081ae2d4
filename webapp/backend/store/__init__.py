"""The database: what people want and have. The only place that knows SQLAlchemy."""
