"""From what code locations and manifests say to their interfaces."""
