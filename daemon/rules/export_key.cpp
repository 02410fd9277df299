#include "rules/export_key.hpp"

#include "rules/image_name.hpp"

#include <map>
#include <regex>
#include <string_view>

namespace cvmbackup {

struct ExportKeyReader::Pattern {
    std::regex regex;
    std::size_t instance = 0;  // numbers of the groups
    std::size_t time = 0;
    std::size_t image = 0;
};

namespace {

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::string_view(".^$|()[]{}*+?\\").find(c) != std::string_view::npos) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

// Text and placeholders in turn.
template <class Text, class Placeholder>
void walk(std::string_view rest, Text on_text, Placeholder on_placeholder) {
    while (!rest.empty()) {
        const std::size_t open = std::min(rest.find('{'), rest.size());
        on_text(rest.substr(0, open));
        rest.remove_prefix(open);
        const std::size_t close = rest.find('}');
        if (close == std::string_view::npos) {
            return;
        }
        on_placeholder(rest.substr(1, close - 1));
        rest.remove_prefix(close + 1);
    }
}

}  // namespace

ExportKeyReader::ExportKeyReader(const PolicyName& policy, const std::string& prefix_template) {
    Pattern pattern;
    std::size_t groups = 1;  // the prefix as a whole
    std::string text = "^(";
    const auto group = [&](std::size_t& number, const char* body) {
        if (number == 0) {
            number = ++groups;
            text += std::string("(") + body + ")";
        } else {
            text += "\\" + std::to_string(number);
        }
    };
    walk(
        prefix_template,
        [&](std::string_view literal) { text += escaped(literal); },
        [&](std::string_view placeholder) {
            if (placeholder == "instance") {
                group(pattern.instance, "ins-[A-Za-z0-9]+");
            } else if (placeholder == "time") {
                group(pattern.time, "[0-9]{8}T[0-9]{6}Z");
            } else if (placeholder == "policy") {
                text += escaped(policy.text());
            } else {
                text += placeholder == "date" ? "[0-9]{8}" : "[A-Za-z0-9._-]+";
            }
        }
    );
    pattern.image = groups + 1;
    text += ")_(img-[A-Za-z0-9]+)_(system|data)_snap-[A-Za-z0-9]+\\.(raw|qcow2|vhd|vmdk)$";
    pattern.regex = std::regex(text, std::regex::ECMAScript | std::regex::optimize);
    pattern_ = std::make_shared<const Pattern>(std::move(pattern));
}

std::optional<ExportKey> ExportKeyReader::read(const std::string& key) const {
    std::smatch match;
    if (pattern_->instance == 0 || pattern_->time == 0 ||
        !std::regex_match(key, match, pattern_->regex)) {
        return std::nullopt;
    }
    const std::optional<Instant> due = parse_compact_time(match[pattern_->time].str());
    if (!due) {
        return std::nullopt;
    }
    ExportKey read;
    read.instance = InstanceId(match[pattern_->instance].str());
    read.due = *due;
    read.prefix = match[1].str();
    read.image = ImageId(match[pattern_->image].str());
    read.is_system = match[pattern_->image + 1].str() == "system";
    return read;
}

std::string top_folder(const std::string& prefix_template, const PolicyName& policy) {
    std::string known;
    bool open = false;
    walk(
        prefix_template,
        [&](std::string_view literal) { known += open ? "" : std::string(literal); },
        [&](std::string_view placeholder) {
            open = open || placeholder != "policy";
            known += open ? "" : policy.text();
        }
    );
    const std::size_t slash = known.find('/');
    return slash == std::string::npos ? "" : known.substr(0, slash + 1);
}

}  // namespace cvmbackup
