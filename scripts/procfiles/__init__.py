"""`make procfiles`: run real programs under the guard, and write down what came of each."""
