"""Tracing: trace requests by letter, and the answers to them."""
