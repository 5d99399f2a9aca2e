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

# What psql prints where it is interrupted while the model ponders.
interrupted() {
    psql -qX -c "SELECT nl_ask('something the model ponders')" >"$TMP_DIR/interrupted" 2>&1 &
    local asking=$! pondering="SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%nl_ask%ponders%' AND state = 'active' AND pid <> pg_backend_pid()"
    for _ in $(seq 300); do
        [ "$(PGPORT=${server_port:-$PGPORT} psql -qXAt -U postgres -c "$pondering")" != 0 ] && break || sleep 0.1
    done
    kill -INT "$asking"
    wait "$asking" || true
    cat "$TMP_DIR/interrupted"
}
