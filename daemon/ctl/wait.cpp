// run --wait: follows one job to its end. Signals wake it; a look every second is the safety net,
// and keeps the elapsed times moving.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <algorithm>

namespace cvmbackup::ctl {

namespace {

constexpr std::chrono::milliseconds look_again(1000);
constexpr std::size_t columns_min = 60;  // narrower terminals get plain lines

// What one backup does, from the steps of its copies.
struct BackupLine {
    std::string instance;
    std::string doing;
    std::optional<Instant> begun;
    std::optional<Instant> expected_end;
    bool works = false;
};

void add_step(BackupLine& line, const Dict& step) {
    const std::string state = text(step, "state");
    const bool works = state == "intended" || state == "accepted";
    const auto share = number(step, "percent");
    line.instance = instance_words(step);
    std::string words = text(step, "kind");
    if (text(step, "kind") == "replica") {
        words += " " + text(step, "region");
    }
    if (works && share >= 0) {
        words += " " + std::to_string(share) + "%";
    } else if (!works) {
        words += " " + (text(step, "text").empty() ? state : text(step, "text"));
    }
    line.doing += (line.doing.empty() ? "" : ", ") + words;
    if (!works) {
        return;
    }
    line.works = true;
    const auto begun = instant(step, "begun_usec");
    const auto end = instant(step, "expected_end_usec");
    line.begun = line.begun && begun ? std::min(line.begun, begun) : (begun ? begun : line.begun);
    line.expected_end = std::max(line.expected_end, end);
}

// Those that the cloud works on come first.
std::vector<BackupLine> backup_lines(const Rows& steps) {
    std::map<std::int64_t, BackupLine> by_backup;
    for (const Dict& step : steps) {
        add_step(by_backup[number(step, "backup")], step);
    }
    std::vector<BackupLine> lines;
    for (auto& [backup, line] : by_backup) {
        lines.push_back(std::move(line));
    }
    std::ranges::stable_partition(lines, &BackupLine::works);
    return lines;
}

class Display {
public:
    explicit Display(Output& output)
        : output_(output)
        , live_(output.style().terminal && output.style().columns >= columns_min) {}

    void show(const Dict& job, Instant now) {
        if (output_.style().json) {
            return;
        }
        live_ ? draw(job, now) : tell(job);
        output_.flush();
    }

    // The daemon names those at work first, so a terminal full of them is enough.
    std::uint64_t steps_wanted() const {
        return live_ && !output_.style().json ? std::min<std::uint64_t>(3 * room(), 300) : 1;
    }

    void clear() {
        if (height_ > 0) {
            output_.print("\033[" + std::to_string(height_) + "A\033[J");
            height_ = 0;
        }
    }

private:
    void draw(const Dict& job, Instant now) {
        clear();
        const auto lines = backup_lines(rows(job, "steps"));
        const std::size_t shown = std::min(room(), lines.size());
        output_.line(heading(job) + ", " + elapsed(instant(job, "started_usec"), now));
        Style plain = output_.style();
        plain.legend = false;
        plain.columns -= 1;
        Output rows_only(plain);
        Table table({"", "", "", ""});
        for (std::size_t i = 0; i < shown; ++i) {
            const BackupLine& line = lines[i];
            table.add(
                {"  " + line.instance,
                 line.doing,
                 elapsed(line.begun, now),
                 ending(line.expected_end, now)}
            );
        }
        if (!table.empty()) {
            table.print(rows_only);
        }
        output_.print(rows_only.take());
        height_ = 1 + shown;
        if (open_backups(job) > shown) {
            output_.line("  … and " + std::to_string(open_backups(job) - shown) + " more");
            ++height_;
        }
    }

    std::size_t room() const { return output_.style().lines > 8 ? output_.style().lines - 4 : 4; }

    static std::size_t open_backups(const Dict& job) {
        return static_cast<std::size_t>(
            std::max(std::int64_t{0}, number(job, "total") - number(job, "done"))
        );
    }

    // Only what has changed.
    void tell(const Dict& job) {
        const std::string words = heading(job) + ": " + text(job, "step");
        const std::string change = std::to_string(number(job, "done")) + " " + text(job, "step");
        if (change != last_change_) {
            last_change_ = change;
            output_.line(words);
        }
    }

    static std::string elapsed(const std::optional<Instant>& begun, Instant now) {
        return begun ? rough(std::max(Duration(0), now - *begun)) : "-";
    }

    static std::string ending(const std::optional<Instant>& end, Instant now) {
        if (!end) {
            return "-";
        }
        return *end <= now ? "ends soon" : "ends " + relative(end, now);
    }

    static std::string heading(const Dict& job) {
        return "Job " + std::to_string(number(job, "id")) + " (" + text(job, "policy") +
               "): " + done_words(job) + " done, " + percent(real(job, "progress"));
    }

    Output& output_;
    bool live_;
    std::size_t height_ = 0;
    std::string last_change_;
};

void print_summary(Output& output, const Dict& job, const Rows& backups) {
    std::vector<std::string> counts;
    for (const char* result : {"ok", "partial", "failed", "skipped", "cancelled"}) {
        if (number(job, result) > 0) {
            counts.push_back(std::to_string(number(job, result)) + " " + result);
        }
    }
    const auto started = instant(job, "started_usec");
    const auto finished = instant(job, "finished_usec");
    const std::string took =
        started && finished ? ", in " + rough(*finished - *started) : std::string();
    const std::string result = text(job, "result");
    output.line(
        "Job " + std::to_string(number(job, "id")) + " (" + text(job, "policy") + ") ended " +
        output.coloured(result, colour_of_result(result)) + ": " +
        (counts.empty() ? "no backups" : joined(counts, ", ")) + took +
        (text(job, "note").empty() ? "" : "; " + harmless(text(job, "note")))
    );
    for (const Dict& backup : backups) {
        const std::string ended = text(backup, "result");
        if (ended == "ok") {
            continue;
        }
        const std::string reasons = joined(texts(backup, "reasons"), "; ");
        output.line(
            "  " + harmless(instance_words(backup)) + ": " +
            output.coloured(ended, colour_of_result(ended)) +
            (reasons.empty() ? "" : ": " + harmless(reasons))
        );
    }
}

}  // namespace

ExitCode wait_for_job(Context& context, std::uint64_t job, const std::string& path) {
    Manager& manager = context.session.manager();
    const JobWatch watch(context.session.connection(), path);
    Display display(context.output);
    const Dict page{{"limit", display.steps_wanted()}};
    Dict row = manager.GetJob(job, page);
    while (text(row, "result").empty()) {
        display.show(row, context.session.now());
        context.session.wait(look_again);
        row = manager.GetJob(job, page);
    }
    display.clear();
    const auto list = [&manager](const Dict& options) { return manager.ListBackups(options); };
    const Rows backups = all_rows(list, {{"run", job}}, 0);
    row.erase("steps");
    row.erase("steps_total");
    if (context.output.style().json) {
        row.emplace("backups", backups);
        context.output.print(to_json(row));
    } else {
        print_summary(context.output, row, backups);
    }
    return exit_code_of_result(text(row, "result"));
}

}  // namespace cvmbackup::ctl
