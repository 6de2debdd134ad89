"""From code locations and manifests to interfaces. Knows no rule."""
