"""Developer tools: the guard and the benchmarks."""
