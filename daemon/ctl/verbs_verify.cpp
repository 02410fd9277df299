// verify: does the cloud hold what the catalog says?
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <chrono>

namespace cvmbackup::ctl {

namespace {

constexpr std::chrono::milliseconds look_every{200};

Dict wait_for(Context& context, std::uint64_t number_wanted) {
    Manager& manager = context.session.manager();
    const Dict briefly{{"limit", std::uint64_t{1}}};
    while (true) {
        Dict comparison = manager.GetComparison(briefly);
        if (number(comparison, "number") >= static_cast<std::int64_t>(number_wanted)) {
            return comparison;
        }
        context.session.wait(look_every);
    }
}

std::string mending_words(const std::string& mending) {
    if (mending == "adopted") {
        return "is in the catalog now";
    }
    if (mending == "marked") {
        return "counts no more";
    }
    if (mending == "to-be-deleted") {
        return "retention deletes it";
    }
    return "left alone";
}

void print_findings(Output& output, const Rows& findings) {
    Table table({"KIND", "REGION", "OBJECT", "POLICY", "INSTANCE", "DONE ABOUT IT", "WHAT"});
    for (const Dict& finding : findings) {
        const bool by_hand = text(finding, "mending") == "none";
        table.add(
            {text(finding, "kind"),
             text(finding, "region"),
             text(finding, "object"),
             text(finding, "policy"),
             text(finding, "instance"),
             Table::Cell(
                 mending_words(text(finding, "mending")), by_hand ? Colour::bad : Colour::middling
             ),
             text(finding, "text")}
        );
    }
    if (!table.empty()) {
        table.print(output);
    }
}

}  // namespace

ExitCode verify(Context& context) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    Dict comparison = wait_for(context, manager.Verify({}));
    const auto list = [&](const Dict& page) {
        return rows(manager.GetComparison(page), "findings");
    };
    const Rows findings = all_rows(list, {}, 0);
    const std::vector<std::string> troubles = texts(comparison, "troubles");
    if (output.style().json) {
        comparison["findings"] = findings;
        output.print(to_json(comparison));
    } else {
        print_findings(output, findings);
        for (const std::string& trouble : troubles) {
            output.line("Could not look at " + trouble);
        }
        const auto places = static_cast<std::size_t>(number(comparison, "places"));
        output.line(
            "Looked at " + counted(places, "place") + ": " +
            (findings.empty() && troubles.empty() ? std::string("catalog and cloud agree.")
                                                  : counted(findings.size(), "finding") + ".")
        );
    }
    if (!troubles.empty()) {
        return ExitCode::partial;
    }
    return findings.empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace cvmbackup::ctl
