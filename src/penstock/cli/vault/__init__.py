"""`penstock secrets …`, `penstock config-maps …`, `penstock volumes …`: what tasks are given beyond their inputs."""

from penstock.cli.command import Group

secrets_app = Group(
    "secrets",
    {
        "set": "penstock.cli.vault.secrets:set_secret",
        "import": "penstock.cli.vault.importing:import_secrets",
        "list": "penstock.cli.vault.secrets:list_secrets",
        "delete": "penstock.cli.vault.secrets:delete_secret",
    },
    help="Passwords and tokens for tasks; values are never shown.",
)

config_maps_app = Group(
    "config-maps",
    {
        "set": "penstock.cli.vault.config_maps:set_config_map",
        "list": "penstock.cli.vault.config_maps:list_config_maps",
        "delete": "penstock.cli.vault.config_maps:delete_config_map",
    },
    help="Settings by name that tasks are given; not secret.",
)

volumes_app = Group(
    "volumes",
    {
        "create": "penstock.cli.vault.volumes:create_volume",
        "list": "penstock.cli.vault.volumes:list_volumes",
        "delete": "penstock.cli.vault.volumes:delete_volume",
    },
    help="Folders that tasks share under a name.",
)
