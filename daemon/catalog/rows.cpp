#include "catalog/rows.hpp"

#include "catalog/json_columns.hpp"

#include <optional>
#include <stdexcept>

namespace cvmbackup {

namespace {

class Binder {
public:
    explicit Binder(Statement& statement)
        : statement_(statement) {}

    // Of the row or a word of the program.
    Binder& operator<<(const std::string& text) {
        statement_.bind_uncopied(++last_, text);
        return *this;
    }

    Binder& operator<<(const char* word) {
        statement_.bind_uncopied(++last_, word);
        return *this;
    }

    // Made for this.
    Binder& operator<<(std::string&& text) {
        statement_.bind(++last_, text);
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
        statement_.bind_null(++last_);
        return *this;
    }

    Statement& statement_;
    int last_ = 0;
};

class Reader {
public:
    explicit Reader(const Statement& row)
        : row_(row) {}

    Reader& operator>>(std::string& text) {
        text = row_.text(next_++);
        return *this;
    }

    Reader& operator>>(std::int64_t& number) {
        number = row_.number(next_++);
        return *this;
    }

    Reader& operator>>(int& number) {
        number = static_cast<int>(row_.number(next_++));
        return *this;
    }

    Reader& operator>>(bool& flag) {
        flag = row_.number(next_++) != 0;
        return *this;
    }

    Reader& operator>>(Instant& instant) {
        instant = Instant(Duration(row_.number(next_++)));
        return *this;
    }

    template <class Tag>
    Reader& operator>>(Id<Tag>& id) {
        id = Id<Tag>(std::string(row_.text(next_++)));
        return *this;
    }

    template <class Tag>
    Reader& operator>>(Number<Tag>& number) {
        number = Number<Tag>(row_.number(next_++));
        return *this;
    }

    Reader& operator>>(std::optional<Instant>& instant) {
        const int column = next_++;
        if (!row_.is_null(column)) {
            instant = Instant(Duration(row_.number(column)));
        }
        return *this;
    }

    Reader& operator>>(std::optional<Result>& result) {
        if (row_.is_null(next_)) {
            ++next_;
            return *this;
        }
        Result known{};
        word(known, result_from);
        result = known;
        return *this;
    }

    template <class Word>
    Reader& word(Word& value, std::optional<Word> (*from)(std::string_view)) {
        const int column = next_++;
        const std::optional<Word> known = from(row_.text(column));
        if (!known) {
            throw std::runtime_error(
                std::string("column ") + row_.name(column) + " holds the unknown word '" +
                std::string(row_.text(column)) + "'"
            );
        }
        value = *known;
        return *this;
    }

    template <class T>
    Reader& json(T& value) {
        read_column(row_.text(next_++), value);
        return *this;
    }

private:
    const Statement& row_;
    int next_ = 0;
};

}  // namespace

// The bindings name every field: a field that was added to the model and has no column yet does not
// compile.
void bind_row(Statement& statement, const Run& run) {
    const auto& [id, policy, trigger, due, started, finished, result, good, note, passed, until] =
        run;
    Binder(statement) << id << policy << to_text(trigger) << due << started << finished << result
                      << good << note << std::int64_t{passed} << until;
}

void bind_row(Statement& statement, const Backup& backup) {
    // clang-format off
    const auto& [id, run, policy, place, instance, instance_name, os_name, data_disks, system_disk,
                 format, power_off, start_again, due, start_at, started, finished, state, result,
                 good, impossible, not_started, cancel_requested, adopted, pinned_at,
                 pinned_until, pin_reason, reasons, copies] = backup;
    // clang-format on
    static_cast<void>(copies);  // rows of their own
    Binder(statement) << id << run << policy << place.account << place.region << instance
                      << instance_name << os_name << column_of(data_disks) << column_of(system_disk)
                      << to_text(format) << power_off << start_again << due << start_at << started
                      << finished << to_text(state) << result << good << impossible << not_started
                      << cancel_requested << adopted << pinned_at << pinned_until << pin_reason
                      << column_of(reasons);
}

void bind_row(Statement& statement, const Copy& copy) {
    // clang-format off
    const auto& [id, backup, kind, place, bucket, name, attempt, state, image, objects, size_gib,
                 tries, intended_at, accepted_at, settled_at, deleted_at, queued_until, code,
                 reason, request_id, quarantined, unanswered] = copy;
    // clang-format on
    Binder(statement) << id << backup << to_text(kind) << place.account << place.region << bucket
                      << name << std::int64_t{attempt} << to_text(state) << image
                      << column_of(objects) << size_gib << std::int64_t{tries} << intended_at
                      << accepted_at << settled_at << deleted_at << queued_until << code << reason
                      << request_id << quarantined << unanswered;
}

void bind_row(Statement& statement, const PolicyMemory& memory) {
    // clang-format off
    const auto& [policy, last_due, known_since, paused_at, paused_until, pause_reason,
                 pruned_at, kept, agreed_to, disagreement] = memory;
    // clang-format on
    Binder(statement) << policy << last_due << known_since << paused_at << paused_until
                      << pause_reason << pruned_at << kept << agreed_to << disagreement;
}

Run read_run(const Statement& row) {
    Run run;
    Reader reader(row);
    reader >> run.id >> run.policy;
    reader.word(run.trigger, trigger_from);
    reader >> run.due >> run.started >> run.finished >> run.result >> run.good >> run.note >>
        run.passed >> run.passed_until;
    return run;
}

Backup read_backup(const Statement& row) {
    Backup backup;
    Reader reader(row);
    reader >> backup.id >> backup.run >> backup.policy >> backup.place.account >>
        backup.place.region >> backup.instance >> backup.instance_name >> backup.os_name;
    reader.json(backup.data_disks).json(backup.system_disk);
    reader.word(backup.format, export_format_from);
    reader >> backup.power_off >> backup.start_again >> backup.due >> backup.start_at >>
        backup.started >> backup.finished;
    reader.word(backup.state, backup_state_from);
    reader >> backup.result >> backup.good >> backup.impossible >> backup.not_started >>
        backup.cancel_requested >> backup.adopted >> backup.pinned_at >> backup.pinned_until >>
        backup.pin_reason;
    reader.json(backup.reasons);
    return backup;
}

Copy read_copy(const Statement& row) {
    Copy copy;
    Reader reader(row);
    reader >> copy.id >> copy.backup;
    reader.word(copy.kind, copy_kind_from);
    reader >> copy.place.account >> copy.place.region >> copy.bucket >> copy.name >> copy.attempt;
    reader.word(copy.state, copy_state_from);
    reader >> copy.image;
    reader.json(copy.objects);
    reader >> copy.size_gib >> copy.tries >> copy.intended_at >> copy.accepted_at >>
        copy.settled_at >> copy.deleted_at >> copy.queued_until >> copy.code >> copy.reason >>
        copy.request_id >> copy.quarantined >> copy.unanswered;
    return copy;
}

PolicyMemory read_memory(const Statement& row) {
    PolicyMemory memory;
    Reader(row) >> memory.policy >> memory.last_due >> memory.known_since >> memory.paused_at >>
        memory.paused_until >> memory.pause_reason >> memory.pruned_at >> memory.kept >>
        memory.agreed_to >> memory.disagreement;
    return memory;
}

}  // namespace cvmbackup
