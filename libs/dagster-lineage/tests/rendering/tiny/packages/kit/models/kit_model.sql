select {{ kit.flavour() }} as flavour, {{ secret_default() }} as d
