# What ./slipway and ./test need before they can start: packages, Node modules, the build. Sourced; $root is the checkout
# and $me the name that messages begin with. Everything is quick when there is nothing to do.

stamps=$root/artifacts/stamps
program=$root/artifacts/bin/Cli/release/slipway.dll

say() { echo "$me: $*" >&2; }

die() {
    say "$@"
    exit 1
}

# The .NET SDK installs for one user into ~/.dotnet and leaves PATH alone.
find_dotnet() {
    command -v dotnet >/dev/null && return
    local home=${DOTNET_ROOT:-$HOME/.dotnet}
    [ -x "$home/dotnet" ] || no_dotnet
    PATH=$home:$PATH
    export PATH DOTNET_ROOT=$home
}

no_dotnet() {
    die "the .NET 10 SDK is missing; get it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
}

need_sdk() {
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    # In $root, because global.json decides which SDK will do.
    (cd "$root" && dotnet --version) >/dev/null 2>&1 || no_dotnet
}

# have PROBE: a command, or a path with wildcards.
have() {
    case $1 in
        */*) compgen -G "$1" >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# need_packages "PROBE PACKAGE"...: installs the packages of which the probe finds nothing, or says how to.
need_packages() {
    local entry missing=()
    for entry in "$@"; do
        have "${entry% *}" || missing+=("${entry##* }")
    done
    [ ${#missing[@]} = 0 ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing ${missing[*]}"
        logged apt sh -c 'apt-get update && exec apt-get install -y --no-install-recommends "$@"' - "${missing[@]}" ||
            say "apt-get could not install them; going on without"
    else
        say "not installed: ${missing[*]}; on Debian run 'sudo apt-get install ${missing[*]}'."
    fi
}

# logged NAME COMMAND...: its output goes to artifacts/logs/NAME.log, and to stderr only when it fails. Lock, standard
# input and output are kept from it: build servers and daemons outlive the command and would hold them open.
logged() {
    local log=$root/artifacts/logs/$1.log
    shift
    mkdir -p "${log%/*}"
    DEBIAN_FRONTEND=noninteractive "$@" </dev/null >"$log" 2>&1 9>&- && return
    tail -n 60 "$log" >&2
    return 1
}

# need_modules FOLDER: npm ci, when the lock file is newer than what was installed from it.
need_modules() {
    local folder=$root/$1
    local installed=$folder/node_modules/.package-lock.json
    # A link leads to an installation that several checkouts share; it is for its owner to renew.
    [ -L "$folder/node_modules" ] && [ -d "$folder/node_modules" ] && return
    [ "$installed" -nt "$folder/package-lock.json" ] && return
    command -v npm >/dev/null || die "Node.js and npm are missing; install them and run this again."
    say "fetching the npm packages of $1"
    logged "npm-${1//\//-}" npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --no-update-notifier ||
        die "npm ci failed in $1; its output is above."
    touch "$installed"
}

# changed STAMP PATH...: whether anything there is newer than the stamp. A deleted file shows as its changed folder.
changed() {
    local stamp=$stamps/$1
    shift
    [ -e "$stamp" ] || return 0
    [ -n "$(find "$@" \( -name node_modules -o -name dist \) -prune -o -newer "$stamp" -print -quit)" ]
}

cli_is_stale() {
    [ ! -e "$program" ] || changed cli "$root"/src "$root"/native "$root"/Directory.* "$root"/BannedSymbols.txt \
        "$root"/.editorconfig "$root"/global.json
}

# What is in the folder and not the folder itself: the build changes that by writing dist.
studio_is_stale() {
    [ -e "$root/src/Studio/package.json" ] && { [ ! -d "$root/src/Studio/dist" ] || changed studio "$root"/src/Studio/*; }
}

# A stamp has the time at which the build began: what is edited meanwhile is newer and is built the next time.
begin() { mkdir -p "$stamps" && touch "$stamps/$1.begun"; }
complete() { mv "$stamps/$1.begun" "$stamps/$1"; }

build_studio() {
    studio_is_stale || return 0
    need_modules src/Studio
    say "building the Studio"
    begin studio
    logged studio npm --prefix "$root/src/Studio" run build || die "the Studio does not build; see above."
    complete studio
}

# build NAME PROJECT: with two workers, because the compiler is itself parallel.
build() {
    logged "build-$1" dotnet build "$root/$2" -c Release -m:2 -nodeReuse:false --nologo -v q -clp:NoSummary
}

build_cli() {
    need_sdk
    mkdir -p "$stamps"
    exec 9>"$stamps/lock"
    if command -v flock >/dev/null && ! flock -n 9; then
        say "waiting for another call that builds"
        flock 9
    fi
    if cli_is_stale; then
        need_modules native
        build_studio
        say "building (about a minute the first time)"
        begin cli
        build cli src/Cli/Cli.csproj || die "the build failed; see above, or artifacts/logs/build-cli.log."
        complete cli
    fi
    exec 9>&-
}
