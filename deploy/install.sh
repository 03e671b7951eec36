#!/bin/sh
# bedolaga-events on a Debian machine (12 or newer), from the clone that this file stands in. As root:
#
#   deploy/install.sh install DOMAIN    packages, program, user, settings, service, Caddy with a certificate
#   deploy/install.sh upgrade           after `git pull`: a backup, then the program of this clone
#   deploy/install.sh remove [--data]   everything but settings and data; with --data these too
#
# Each step says what it does, and done twice it changes nothing. docs/vps.md is the same by hand.
set -eu

name=bedolaga-events # of the user, too
clone=$(cd "$(dirname "$0")/.." && pwd)
folder=/opt/$name       # a version a folder; `current` points to the one that runs
settings=/etc/$name
data=/var/lib/$name
backups=/var/backups/$name
unit=/etc/systemd/system/$name.service
command=/usr/local/bin/$name
site=/etc/caddy/Caddyfile

main() {
    [ "$(id -u)" = 0 ] || fail "run it as root: it installs packages, a user and a service"
    case "$# $*" in
        "2 install "*) install_all "$2" ;;
        "1 upgrade") upgrade ;;
        "1 remove") remove ;;
        "2 remove --data") remove; remove_data ;;
        *) sed -n 's/^# \{0,1\}//p' "$0" | head -8 && exit 2 ;;
    esac
}

say() { printf '\n==> %s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

install_all() {
    domain=$1
    case $domain in
        *[!A-Za-z0-9.-]*) fail "$domain is no domain name; a .рф name is written in Punycode, xn--…" ;;
    esac
    install_packages
    make_user
    write_settings
    if [ ! -e "$folder/current" ]; then # not `||`: there a failing line would end nothing
        build
        switch
    fi
    [ "$(readlink "$folder/current")" = "$(version)" ] ||
        say "$(readlink "$folder/current") goes on running; \`$0 upgrade\` takes this clone's $(version)"
    install_service
    systemctl enable --quiet --now "$name"
    serve_domain
    say "Sign in: open this within 30 minutes; \`$name login\` prints another"
    "$command" login
}

upgrade() {
    [ -e "$folder/current" ] || fail "nothing is installed; begin with: $0 install DOMAIN"
    before=$(readlink "$folder/current")
    copy=$backups/events-$(date -u +%Y%m%d-%H%M%S).db
    if [ -e "$data/events.db" ]; then # there is none when the server never started
        say "Backup: $copy"
        install -d -m 0700 -o "$name" -g "$name" "$backups"
        "$command" backup "$copy"
    fi
    build # the old version goes on running
    switch
    install_service
    say "Restart"
    if systemctl restart "$name" && "$command" healthcheck; then
        forget_all_but "$before"
        say "$before → $(version)"
    else
        fail "it does not start; why: journalctl -u $name -n 50
To go back: systemctl stop $name && ln -sfn $before $folder/current &&
  $name restore $copy && systemctl start $name"
    fi
}

install_packages() {
    say "Packages: caddy, ca-certificates, curl, python3-venv"
    get_packages || { apt-get update -q && get_packages; }
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed"
}

get_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends caddy ca-certificates curl python3-venv
}

make_user() {
    id "$name" >/dev/null 2>&1 && return
    say "User: $name, who may not sign in"
    useradd --system --user-group --home-dir "$data" --shell /usr/sbin/nologin "$name"
}

write_settings() {
    if [ -e "$settings/config.toml" ]; then
        say "Settings: $settings/config.toml stays as it is"
        grep -qF "https://$domain/" "$settings/config.toml" || say "It does not name https://$domain/"
        return
    fi
    say "Settings: $settings/config.toml"
    install -d -m 0750 -g "$name" "$settings"
    install -m 0640 -g "$name" /dev/null "$settings/config.toml"
    cat >"$settings/config.toml" <<END
[server]
public_url = "https://$domain/"
trusted_proxies = ["127.0.0.1/32"]

[database]
path = "$data/events.db"
END
}

version() {
    number=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$clone/bedolaga_events/__init__.py")
    commit=$(git -c safe.directory="$clone" -C "$clone" describe --always --dirty 2>/dev/null || true)
    echo "$number${commit:+-$commit}"
}

build() {
    new=$folder/$(version)
    say "Program: $new"
    mkdir -p "$folder"
    python3 -m venv "$new" # its path stands inside, so it cannot be moved later
    "$new/bin/pip" install --quiet --disable-pip-version-check \
        -c "$clone/constraints.txt" "$clone/client" "${clone}[speed,alerts,proxy]"
    "$new/bin/$name" --version
}

switch() { ln -sfn "$(version)" "$folder/current"; }

forget_all_but() {
    for old in "$folder"/*/; do
        case "$(basename "$old")" in
            "$1" | "$(version)" | current) ;;
            *) rm -rf "$old" ;;
        esac
    done
}

install_service() {
    say "Service: $unit; command: $command"
    install -m 0644 "$clone/deploy/$name.service" "$unit"
    install -m 0755 "$clone/deploy/$name.sh" "$command"
    systemctl daemon-reload
}

serve_domain() {
    if grep -qF "$domain" "$site"; then
        say "Domain: $site names $domain already"
    elif is_as_debian_made_it "$site"; then
        say "Domain: $site, now for $domain alone"
        sed "s/events\.example\.com/$domain/" "$clone/deploy/Caddyfile" >"$site"
    else
        say "Domain: $domain is added to $site"
        sed "s/events\.example\.com/$domain/" "$clone/deploy/Caddyfile" >>"$site"
    fi
    systemctl enable --quiet --now caddy
    systemctl reload caddy
    getent hosts "$domain" >/dev/null ||
        say "$domain has no address yet: Caddy gets its certificate when it points to this machine"
}

is_as_debian_made_it() {
    dpkg-query --show --showformat '${Conffiles}' caddy | grep -qF "$(md5sum <"$1" | cut -c -32)"
}

remove() {
    say "Service, command and program go; packages stay, and $site is yours to change"
    systemctl disable --quiet --now "$name" 2>/dev/null || true
    rm -rf "$unit" "$command" "$folder"
    systemctl daemon-reload
    say "$settings, $data and $backups stay, and this clone"
}

remove_data() {
    say "$settings, $data, $backups and the user go too"
    rm -rf "$settings" "$data" "$backups"
    if id "$name" >/dev/null 2>&1; then userdel "$name"; fi
}

main "$@"
