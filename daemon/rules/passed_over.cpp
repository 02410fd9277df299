#include "rules/passed_over.hpp"

#include "rules/calendar.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// The due times in (after, until].
std::optional<PassedOver> between(const Policy& policy, Instant after, Instant until) {
    const std::optional<Instant> last =
        after < until ? last_firing(policy, after, until) : std::nullopt;
    if (!last) {
        return std::nullopt;
    }
    PassedOver found;
    found.first = next_firing(policy, after).value_or(*last);
    found.last = *last;
    found.count = 1;
    for (Instant at = found.first; at < found.last && found.count < passed_max;) {
        at = next_firing(policy, at).value_or(found.last);
        found.count += 1;
    }
    return found;
}

PassedOver of_row(const Run& row) {
    PassedOver what;
    what.first = row.due;
    what.last = row.passed_until.value_or(row.due);
    what.count = row.passed;
    return what;
}

std::string count_text(const PassedOver& what) {
    return what.count >= passed_max ? "more than 1,000" : std::to_string(what.count);
}

}  // namespace

std::vector<PassedOver> passed_over(
    const Policy& policy,
    const PolicyMemory& memory,
    Instant after,
    Instant until,
    std::optional<Instant> begun
) {
    // One microsecond less, as a span begins after its begin and includes its end.
    const Instant pause = std::clamp(
        memory.paused_at.value_or(Instant::max()) - Duration(1), after, std::max(after, until)
    );
    const Instant resume = std::clamp(
        memory.paused_until.value_or(Instant::max()) - Duration(1), pause, std::max(pause, until)
    );
    std::vector<PassedOver> spans;
    const auto add = [&](Instant from, Instant to, bool paused) {
        const bool holds_begun = !paused && begun && *begun > from && *begun <= to;
        auto span = between(policy, from, holds_begun ? *begun - Duration(1) : to);
        if (span) {
            span->paused = paused;
            spans.push_back(*std::move(span));
        }
    };
    add(after, pause, false);
    add(pause, resume, true);
    add(resume, until, false);
    return spans;
}

std::string passed_text(const PassedOver& what) {
    const std::string times = what.count == 1
                                  ? "the due time " + to_rfc3339(what.first)
                                  : count_text(what) + " due times from " + to_rfc3339(what.first) +
                                        " to " + to_rfc3339(what.last);
    return times + " passed without a run: " + what.why;
}

bool goes_on(const Run& row, const PassedOver& next) {
    PassedOver before = of_row(row);
    before.why = next.why;
    return row.passed > 0 && next.first > before.last && row.note == passed_text(before);
}

void add_passed(Run& row, const PassedOver& what) {
    PassedOver whole = row.passed > 0 ? of_row(row) : what;
    if (row.passed > 0) {
        whole.last = what.last;
        whole.count = std::min(row.passed + what.count, passed_max);
        whole.why = what.why;
    }
    row.due = whole.first;
    row.passed = whole.count;
    row.passed_until = whole.last;
    row.result = Result::skipped;
    row.note = passed_text(whole);
}

}  // namespace cvmbackup
