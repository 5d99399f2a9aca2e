# For the clients' scripts: one line a check, and an exit code that tells whether all held.

failures=0

# same WHAT WANTED GIVEN; two errors are not the same, nor is nothing at all.
same() {
    if [ "$2" = "$3" ] && [ -n "$2" ] && [[ $2 != *ERROR:* ]]; then
        echo "ok - $1"
    else
        echo "NOT OK - $1"
        if [ "$2" = "$3" ]; then echo "$2" | head -n 20; else diff <(echo "$2") <(echo "$3") | head -n 20 || true; fi
        failures=$((failures + 1))
    fi
}

# holds WHAT COMMAND ...
holds() {
    local what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "NOT OK - $what: $*"; failures=$((failures + 1)); fi
}

# contains WHAT PART TEXT
contains() {
    case $3 in
    *"$2"*) echo "ok - $1" ;;
    *)
        echo "NOT OK - $1: no \"$2\" in:"
        echo "$3" | head -n 20
        failures=$((failures + 1))
        ;;
    esac
}

# How many questions the model double has been asked.
asked() {
    echo >&7
    local count
    read -r count <&8
    echo "$count"
}
