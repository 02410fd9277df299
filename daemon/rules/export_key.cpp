#include "rules/export_key.hpp"

#include "rules/image_name.hpp"

#include <algorithm>
#include <array>

namespace cvmbackup {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Of instances' names, too.
bool is_in_names(char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

std::size_t run_of(std::string_view text, bool (*belongs)(char)) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
}

bool take(std::string_view& text, std::string_view beginning) {
    if (!text.starts_with(beginning)) {
        return false;
    }
    text.remove_prefix(beginning.size());
    return true;
}

// Letters and digits after the beginning; empty if there are none.
std::string_view take_id(std::string_view& text, std::string_view beginning) {
    const std::string_view whole = text;
    if (!take(text, beginning)) {
        return {};
    }
    const std::size_t run = run_of(text, is_alphanumeric);
    text.remove_prefix(run);
    return run == 0 ? std::string_view() : whole.substr(0, beginning.size() + run);
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
    const auto text = [&](std::string_view literal) {
        pieces_.push_back({Piece::Kind::text, std::string(literal)});
    };
    walk(prefix_template, text, [&](std::string_view placeholder) {
        if (placeholder == "policy") {
            text(policy.text());
        } else if (placeholder == "instance") {
            pieces_.push_back({Piece::Kind::instance, {}});
        } else if (placeholder == "time") {
            pieces_.push_back({Piece::Kind::time, {}});
        } else {
            pieces_.push_back({placeholder == "date" ? Piece::Kind::date : Piece::Kind::other, {}});
        }
    });
    if (!has(Piece::Kind::instance) || !has(Piece::Kind::time)) {
        pieces_.clear();
    }
}

bool ExportKeyReader::has(Piece::Kind kind) const {
    return std::ranges::find(pieces_, kind, &Piece::kind) != pieces_.end();
}

// Read from its end: neither id holds an underscore.
std::optional<ExportKey> ExportKeyReader::read(const std::string& key) const {
    const std::size_t tail_at = key.rfind("_img-");
    if (pieces_.empty() || tail_at == std::string::npos) {
        return std::nullopt;
    }
    ExportKey read;
    std::string_view tail = std::string_view(key).substr(tail_at + 1);
    read.image = ImageId(std::string(take_id(tail, "img-")));
    read.is_system = take(tail, "_system_");
    const bool is_disk = read.is_system || take(tail, "_data_");
    const bool has_snapshot = !take_id(tail, "snap-").empty();
    constexpr std::array<std::string_view, 4> formats{".raw", ".qcow2", ".vhd", ".vmdk"};
    const bool has_format = std::ranges::find(formats, tail) != formats.end();
    if (read.image == ImageId() || !is_disk || !has_snapshot || !has_format) {
        return std::nullopt;
    }
    read.prefix = key.substr(0, tail_at);
    return fits(0, read.prefix, read) ? std::optional(std::move(read)) : std::nullopt;
}

// Whether the rest is what the pieces from `first` on stand for; what they tell goes to the key.
bool ExportKeyReader::fits(std::size_t first, std::string_view rest, ExportKey& key) const {
    if (first == pieces_.size()) {
        return rest.empty();
    }
    const Piece& piece = pieces_[first];
    switch (piece.kind) {
        case Piece::Kind::text:
            return take(rest, piece.text) && fits(first + 1, rest, key);
        case Piece::Kind::date:
            return run_of(rest.substr(0, 8), is_digit) == 8 && fits(first + 1, rest.substr(8), key);
        case Piece::Kind::time: {
            const std::optional<Instant> due = parse_compact_time(rest.substr(0, 16));
            const Instant known = key.due;
            if (!due || (known != Instant() && known != *due)) {
                return false;
            }
            key.due = *due;
            if (fits(first + 1, rest.substr(16), key)) {
                return true;
            }
            key.due = known;
            return false;
        }
        case Piece::Kind::instance:
            if (key.instance != InstanceId()) {
                return take(rest, key.instance.text()) && fits(first + 1, rest, key);
            }
            return fits_some(first, rest, key);
        case Piece::Kind::other:
            return fits_some(first, rest, key);
    }
    return false;
}

// Of an id or a name nobody knows where it ends: the longest that leaves what the others need.
bool ExportKeyReader::fits_some(std::size_t first, std::string_view rest, ExportKey& key) const {
    const bool is_instance = pieces_[first].kind == Piece::Kind::instance;
    std::string_view after = rest;
    const std::size_t longest =
        is_instance ? take_id(after, "ins-").size() : run_of(rest, is_in_names);
    const std::size_t shortest = is_instance ? std::string_view("ins-i").size() : 1;
    for (std::size_t size = longest; size >= shortest; --size) {
        if (is_instance) {
            key.instance = InstanceId(std::string(rest.substr(0, size)));
        }
        if (fits(first + 1, rest.substr(size), key)) {
            return true;
        }
    }
    if (is_instance) {
        key.instance = InstanceId();
    }
    return false;
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
