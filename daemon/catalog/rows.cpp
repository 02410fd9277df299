#include "catalog/rows.hpp"

#include <SQLiteCpp/Column.h>
#include <boost/json.hpp>

#include <array>
#include <optional>
#include <stdexcept>

namespace cvmbackup {

namespace {

namespace json = boost::json;

json::value to_json(const Disk& disk) {
    return json::object{
        {"id", disk.id.text()},
        {"size_gib", disk.size_gib},
        {"type", disk.type},
        {"encrypted", disk.encrypted},
    };
}

json::value to_json(const StoredObject& object) {
    return json::object{
        {"key", object.key},
        {"size_bytes", object.size_bytes},
        {"etag", object.etag},
        {"crc64", object.crc64},
    };
}

json::value to_json(const std::string& text) {
    return json::string(text);
}

std::string text_of(const json::value& value) {
    const json::string& text = value.as_string();
    return {text.data(), text.size()};
}

void from_json(const json::value& value, Disk& disk) {
    const json::object& object = value.as_object();
    disk.id = DiskId(text_of(object.at("id")));
    disk.size_gib = object.at("size_gib").to_number<std::int64_t>();
    disk.type = text_of(object.at("type"));
    disk.encrypted = object.at("encrypted").as_bool();
}

void from_json(const json::value& value, StoredObject& stored) {
    const json::object& object = value.as_object();
    stored.key = text_of(object.at("key"));
    stored.size_bytes = object.at("size_bytes").to_number<std::int64_t>();
    stored.etag = text_of(object.at("etag"));
    stored.crc64 = text_of(object.at("crc64"));
}

void from_json(const json::value& value, std::string& text) {
    text = text_of(value);
}

// Room for what most columns hold: rows are read by the thousand.
class Parsed {
public:
    explicit Parsed(const std::string& text) {
        json::parse_options options;
        options.allow_invalid_utf8 = true;  // names are kept as the cloud gave them
        value_.emplace(json::parse(text, &memory_, options));
    }

    const json::value& operator*() const { return *value_; }

private:
    std::array<unsigned char, 1024> room_;
    json::monotonic_resource memory_{room_.data(), room_.size()};
    std::optional<json::value> value_;
};

template <class T>
std::string list_text(const std::vector<T>& list) {
    if (list.empty()) {
        return "[]";
    }
    json::array array;
    array.reserve(list.size());
    for (const T& element : list) {
        array.push_back(to_json(element));
    }
    return json::serialize(array);
}

class Binder {
public:
    explicit Binder(SQLite::Statement& statement)
        : statement_(statement) {}

    Binder& operator<<(const std::string& text) {
        statement_.bind(++last_, text);
        return *this;
    }

    Binder& operator<<(const char* word) {
        statement_.bind(++last_, word);
        return *this;
    }

    Binder& operator<<(std::int64_t number) {
        statement_.bind(++last_, number);
        return *this;
    }

    Binder& operator<<(bool flag) { return *this << std::int64_t{flag}; }

    Binder& operator<<(Instant instant) {
        return *this << std::int64_t{instant.time_since_epoch().count()};
    }

    template <class Tag>
    Binder& operator<<(const Id<Tag>& id) {
        return *this << id.text();
    }

    template <class Tag>
    Binder& operator<<(Number<Tag> number) {
        return *this << number.value();
    }

    Binder& operator<<(const std::optional<Instant>& instant) {
        if (instant) {
            return *this << *instant;
        }
        return null();
    }

    Binder& operator<<(const std::optional<Result>& result) {
        if (result) {
            return *this << to_text(*result);
        }
        return null();
    }

private:
    Binder& null() {
        statement_.bind(++last_);
        return *this;
    }

    SQLite::Statement& statement_;
    int last_ = 0;
};

class Reader {
public:
    explicit Reader(const SQLite::Statement& row)
        : row_(row) {}

    Reader& operator>>(std::string& text) {
        text = next().getString();
        return *this;
    }

    Reader& operator>>(std::int64_t& number) {
        number = next().getInt64();
        return *this;
    }

    Reader& operator>>(int& number) {
        number = next().getInt();
        return *this;
    }

    Reader& operator>>(bool& flag) {
        flag = next().getInt() != 0;
        return *this;
    }

    Reader& operator>>(Instant& instant) {
        instant = Instant(Duration(next().getInt64()));
        return *this;
    }

    template <class Tag>
    Reader& operator>>(Id<Tag>& id) {
        id = Id<Tag>(next().getString());
        return *this;
    }

    template <class Tag>
    Reader& operator>>(Number<Tag>& number) {
        number = Number<Tag>(next().getInt64());
        return *this;
    }

    Reader& operator>>(std::optional<Instant>& instant) {
        const SQLite::Column column = next();
        if (!column.isNull()) {
            instant = Instant(Duration(column.getInt64()));
        }
        return *this;
    }

    Reader& operator>>(std::optional<Result>& result) {
        const SQLite::Column column = next();
        if (!column.isNull()) {
            result = known(result_from(column.getText()), column);
        }
        return *this;
    }

    template <class Word>
    Reader& word(Word& value, std::optional<Word> (*from)(std::string_view)) {
        const SQLite::Column column = next();
        value = known(from(column.getText()), column);
        return *this;
    }

    template <class T>
    Reader& list(std::vector<T>& list) {
        const std::string text = next().getString();
        if (text == "[]") {
            return *this;
        }
        const Parsed value(text);
        for (const json::value& element : (*value).as_array()) {
            from_json(element, list.emplace_back());
        }
        return *this;
    }

    Reader& disk(Disk& disk) {
        const Parsed value(next().getString());
        from_json(*value, disk);
        return *this;
    }

private:
    SQLite::Column next() { return row_.getColumn(next_++); }

    template <class Word>
    static Word known(std::optional<Word> value, const SQLite::Column& column) {
        if (!value) {
            throw std::runtime_error(
                std::string("column ") + column.getName() + " holds the unknown word '" +
                column.getString() + "'"
            );
        }
        return *value;
    }

    const SQLite::Statement& row_;
    int next_ = 0;
};

}  // namespace

// The bindings name every field: a field that was added to the model and has no column yet does not
// compile.
void bind_row(SQLite::Statement& statement, const Run& run) {
    const auto& [id, policy, trigger, due, started, finished, result, good, note] = run;
    Binder(statement) << id << policy << to_text(trigger) << due << started << finished << result
                      << good << note;
}

void bind_row(SQLite::Statement& statement, const Backup& backup) {
    // clang-format off
    const auto& [id, run, policy, place, instance, instance_name, os_name, data_disks, system_disk,
                 format, power_off, start_again, due, start_at, started, finished, state, result,
                 good, impossible, not_started, cancel_requested, adopted, pinned_at,
                 pinned_until, pin_reason, reasons, copies] = backup;
    // clang-format on
    static_cast<void>(copies);  // rows of their own
    Binder(statement) << id << run << policy << place.account << place.region << instance
                      << instance_name << os_name << list_text(data_disks)
                      << json::serialize(to_json(system_disk)) << to_text(format) << power_off
                      << start_again << due << start_at << started << finished << to_text(state)
                      << result << good << impossible << not_started << cancel_requested << adopted
                      << pinned_at << pinned_until << pin_reason << list_text(reasons);
}

void bind_row(SQLite::Statement& statement, const Copy& copy) {
    // clang-format off
    const auto& [id, backup, kind, place, bucket, name, attempt, state, image, objects, size_gib,
                 tries, intended_at, accepted_at, settled_at, deleted_at, code, reason,
                 request_id, quarantined] = copy;
    // clang-format on
    Binder(statement) << id << backup << to_text(kind) << place.account << place.region << bucket
                      << name << std::int64_t{attempt} << to_text(state) << image
                      << list_text(objects) << size_gib << std::int64_t{tries} << intended_at
                      << accepted_at << settled_at << deleted_at << code << reason << request_id
                      << quarantined;
}

void bind_row(SQLite::Statement& statement, const PolicyMemory& memory) {
    // clang-format off
    const auto& [policy, last_due, known_since, paused_at, paused_until, pause_reason,
                 pruned_at, agreed_to] = memory;
    // clang-format on
    Binder(statement) << policy << last_due << known_since << paused_at << paused_until
                      << pause_reason << pruned_at << agreed_to;
}

Run read_run(const SQLite::Statement& row) {
    Run run;
    Reader reader(row);
    reader >> run.id >> run.policy;
    reader.word(run.trigger, trigger_from);
    reader >> run.due >> run.started >> run.finished >> run.result >> run.good >> run.note;
    return run;
}

Backup read_backup(const SQLite::Statement& row) {
    Backup backup;
    Reader reader(row);
    reader >> backup.id >> backup.run >> backup.policy >> backup.place.account >>
        backup.place.region >> backup.instance >> backup.instance_name >> backup.os_name;
    reader.list(backup.data_disks).disk(backup.system_disk);
    reader.word(backup.format, export_format_from);
    reader >> backup.power_off >> backup.start_again >> backup.due >> backup.start_at >>
        backup.started >> backup.finished;
    reader.word(backup.state, backup_state_from);
    reader >> backup.result >> backup.good >> backup.impossible >> backup.not_started >>
        backup.cancel_requested >> backup.adopted >> backup.pinned_at >> backup.pinned_until >>
        backup.pin_reason;
    reader.list(backup.reasons);
    return backup;
}

Copy read_copy(const SQLite::Statement& row) {
    Copy copy;
    Reader reader(row);
    reader >> copy.id >> copy.backup;
    reader.word(copy.kind, copy_kind_from);
    reader >> copy.place.account >> copy.place.region >> copy.bucket >> copy.name >> copy.attempt;
    reader.word(copy.state, copy_state_from);
    reader >> copy.image;
    reader.list(copy.objects);
    reader >> copy.size_gib >> copy.tries >> copy.intended_at >> copy.accepted_at >>
        copy.settled_at >> copy.deleted_at >> copy.code >> copy.reason >> copy.request_id >>
        copy.quarantined;
    return copy;
}

PolicyMemory read_memory(const SQLite::Statement& row) {
    PolicyMemory memory;
    Reader(row) >> memory.policy >> memory.last_due >> memory.known_since >> memory.paused_at >>
        memory.paused_until >> memory.pause_reason >> memory.pruned_at >> memory.agreed_to;
    return memory;
}

}  // namespace cvmbackup
