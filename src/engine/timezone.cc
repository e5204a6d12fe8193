#include "engine/timezone.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi::engine {

namespace {

namespace chrono = std::chrono;

[[noreturn]] void fail(const std::string& name, const char* why) {
  throw Error(Retry::never, fmt::format("cannot use time zone '{}': {}", name, why))
      .remedy("use an IANA name as in /usr/share/zoneinfo, for example Asia/Tokyo");
}

bool is_zone_name(const std::string& name) {
  bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
  });
  return plain && !name.empty() && name.front() != '/';
}

/// Reads big-endian numbers; running past the end is a bad file.
class Bytes {
 public:
  Bytes(const std::string& bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::int64_t number(size_t width) {
    need(width);
    std::uint64_t value = 0;
    for (size_t i = 0; i < width; ++i) value = value << 8 | std::uint8_t(bytes_[at_ + i]);
    at_ += width;
    if (width == 4) return std::int32_t(std::uint32_t(value));
    return std::int64_t(value);
  }
  void skip(size_t length) {
    need(length);
    at_ += length;
  }
  std::string rest() const { return bytes_.substr(at_); }

 private:
  void need(size_t length) const {
    if (bytes_.size() - at_ < length) fail(name_, "its file is cut short");
  }
  const std::string& bytes_;
  const std::string& name_;
  size_t at_ = 0;
};

/// The counts in a TZif header, in the file's order.
struct Header {
  size_t utc, standard, leap, times, types, letters;
};

Header read_header(Bytes& file, const std::string& name) {
  if (file.number(4) != 0x545a6966) fail(name, "its file is no TZif");  // "TZif"
  if (file.number(1) < '2') fail(name, "its file is of version 1");
  file.skip(15);
  Header header{};
  for (size_t* field :
       {&header.utc, &header.standard, &header.leap, &header.times, &header.types, &header.letters})
    *field = size_t(std::uint32_t(file.number(4)));
  return header;
}

/// "-3", "5:30", "<...>" is not one. Seconds.
std::int64_t parse_clock(const std::string& text, size_t& at) {
  std::int64_t sign = 1, total = 0, unit = 3600;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) sign = text[at++] == '-' ? -1 : 1;
  for (; unit >= 1; unit /= 60) {
    std::int64_t part = 0;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
      part = part * 10 + (text[at++] - '0');
    total += part * unit;
    if (at >= text.size() || text[at] != ':') break;
    ++at;
  }
  return sign * total;
}

void skip_name(const std::string& text, size_t& at) {
  if (at < text.size() && text[at] == '<') {
    at = std::min(text.find('>', at), text.size() - 1) + 1;
    return;
  }
  while (at < text.size() && std::isalpha(static_cast<unsigned char>(text[at]))) ++at;
}

int parse_int(const std::string& text, size_t& at) {
  int value = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
    value = value * 10 + (text[at++] - '0');
  return value;
}

}  // namespace

TimeZone::TimeZone(const std::string& name, const std::string& folder) {
  if (!is_zone_name(name)) fail(name, "it is no name of a zone");
  std::string bytes = read_file(folder + "/" + name);
  Bytes file(bytes, name);
  // The first block has 32-bit times, for programs older than 2006: passed over.
  Header old = read_header(file, name);
  file.skip(old.times * 5 + old.types * 6 + old.letters + old.leap * 8 + old.standard + old.utc);
  Header header = read_header(file, name);
  for (size_t i = 0; i < header.times; ++i) at_.push_back(file.number(8));
  std::vector<size_t> types;
  for (size_t i = 0; i < header.times; ++i) types.push_back(size_t(std::uint8_t(file.number(1))));
  std::vector<std::int64_t> offsets;
  for (size_t i = 0; i < header.types; ++i) {
    offsets.push_back(file.number(4));
    file.skip(2);
  }
  if (offsets.empty()) fail(name, "its file has no offsets");
  first_ = offsets[0];
  for (size_t type : types) {
    if (type >= offsets.size()) fail(name, "its file contradicts itself");
    offsets_.push_back(offsets[type]);
  }
  file.skip(header.letters + header.leap * 12 + header.standard + header.utc);
  std::string footer = file.rest();
  size_t end = footer.find('\n', 1);
  if (footer.size() > 2 && end != std::string::npos && end > 1) {
    rule_ = parse_rule(footer.substr(1, end - 1));
    has_rule_ = true;
  }
}

chrono::seconds TimeZone::offset(WallTime time) const {
  std::int64_t second = chrono::floor<chrono::seconds>(time).time_since_epoch().count();
  auto after = std::upper_bound(at_.begin(), at_.end(), second);
  if (after == at_.end() && has_rule_) return chrono::seconds(by_rule(second));
  if (after == at_.begin()) return chrono::seconds(first_);
  return chrono::seconds(offsets_[size_t(after - at_.begin()) - 1]);
}

/// POSIX TZ: signs are west-positive, so they are turned.
TimeZone::Rule TimeZone::parse_rule(const std::string& text) {
  Rule rule;
  size_t at = 0;
  skip_name(text, at);
  rule.standard = -parse_clock(text, at);
  rule.summer = rule.standard + 3600;
  if (at >= text.size()) return rule;
  rule.has_summer = true;
  skip_name(text, at);
  if (at < text.size() && text[at] != ',') rule.summer = -parse_clock(text, at);
  rule.to_summer = parse_change(text, ++at);
  rule.to_standard = parse_change(text, ++at);
  return rule;
}

TimeZone::Change TimeZone::parse_change(const std::string& text, size_t& at) {
  Change change;
  if (at < text.size() && text[at] == 'M') {
    change.month = parse_int(text, ++at);
    change.week = parse_int(text, ++at);
    change.day = parse_int(text, ++at);
  } else if (at < text.size() && text[at] == 'J') {
    change.kind = Change::Kind::day_of_year_without_leap;
    change.day = parse_int(text, ++at);
  } else {
    change.kind = Change::Kind::day_of_year;
    change.day = parse_int(text, at);
  }
  if (at < text.size() && text[at] == '/') change.seconds = parse_clock(text, ++at);
  return change;
}

/// Local second since 1970 of the change in that year.
std::int64_t TimeZone::when(const Change& change, int year) {
  using namespace chrono;
  sys_days day = sys_days(chrono::year(year) / 1 / 1);
  switch (change.kind) {
    case Change::Kind::month_week_day: {
      auto month = chrono::year(year) / chrono::month(unsigned(change.month));
      weekday wanted(static_cast<unsigned>(change.day));
      day = change.week == 5 ? sys_days(month / wanted[last])
                             : sys_days(month / wanted[unsigned(change.week)]);
      break;
    }
    case Change::Kind::day_of_year:
      day += days(change.day);
      break;
    case Change::Kind::day_of_year_without_leap: {
      bool after_february = chrono::year(year).is_leap() && change.day >= 60;
      day += days(change.day - 1 + (after_february ? 1 : 0));
      break;
    }
  }
  return duration_cast<seconds>(day.time_since_epoch()).count() + change.seconds;
}

std::int64_t TimeZone::by_rule(std::int64_t second) const {
  if (!rule_.has_summer) return rule_.standard;
  auto day =
      chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(second + rule_.standard)));
  int year = int(chrono::year_month_day(day).year());
  std::int64_t begin = when(rule_.to_summer, year) - rule_.standard;
  std::int64_t end = when(rule_.to_standard, year) - rule_.summer;
  bool summer = begin < end ? second >= begin && second < end : second >= begin || second < end;
  return summer ? rule_.summer : rule_.standard;
}

}  // namespace hikkoshi::engine
