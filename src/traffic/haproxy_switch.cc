#include "traffic/haproxy_switch.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

/// Bytes of the body in one entry: base64 of it must fit in one command, which is one buffer of
/// HAProxy's (tune.bufsize, 16384 unless set).
constexpr size_t part_size = 6000;

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  text.resize(size_t(EVP_EncodeBlock(out, in, int(bytes.size()))));
  return text;
}

std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  auto* in = reinterpret_cast<const unsigned char*>(text.data());
  int length = text.size() % 4 ? -1 : EVP_DecodeBlock(out, in, int(text.size()));
  if (length < 0) throw Error(Retry::never, "the page's body is damaged", Exit::needs_human);
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(size_t(length) - padding);
  return bytes;
}

using Map = std::map<std::string, std::string>;

Map map_of(const HaproxyLines& lines) {
  Map map;
  for (const std::string& line : lines) {
    size_t space = line.find(' ');
    map[line.substr(0, space)] = space == line.npos ? "" : line.substr(space + 1);
  }
  return map;
}

const std::string& value(const Map& map, const std::string& key) {
  auto found = map.find(key);
  if (found == map.end())
    throw Error(Retry::never, fmt::format("{} has no '{}'", switch_file, key), Exit::needs_human);
  return found->second;
}

long number(const Map& map, const std::string& key) {
  const std::string& text = value(map, key);
  bool digits = !text.empty() && text.size() < 16 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits)
    throw Error(Retry::never, fmt::format("{}: '{}' is no number", switch_file, text),
                Exit::needs_human);
  return std::stol(text);
}

HaproxyLines lines_or_none(const HaproxyLists& lists, const char* file) {
  auto found = lists.find(file);
  return found == lists.end() ? HaproxyLines{} : found->second;
}

}  // namespace

HaproxyLists to_lists(const HaproxySwitch& told) {
  HaproxyLines lines{"version 1", std::string("page ") + (told.page ? "on" : "off"),
                     std::string("forward ") + (told.forward ? "on" : "off")};
  if (told.forward) {
    lines.push_back("forward_host " + told.forward->host);
    lines.push_back(fmt::format("forward_port {}", told.forward->port));
  }
  if (!told.page) return {{switch_file, lines}};
  const Page& page = *told.page;
  lines.push_back(std::string("paths ") + (page.paths.empty() ? "all" : "listed"));
  lines.push_back(std::string("hosts ") + (page.hosts.empty() ? "all" : "listed"));
  long wait = page.retry_after.count();
  lines.push_back(fmt::format("retry_after_ms {}", wait));
  lines.push_back(fmt::format("retry_after {}", (wait + 999) / 1000));
  size_t parts = (page.body.size() + part_size - 1) / part_size;
  lines.push_back(fmt::format("body_parts {}", parts));
  for (size_t part = 0; part < parts; ++part)
    lines.push_back(
        fmt::format("body_{} {}", part + 1,
                    to_base64(std::string_view(page.body).substr(part * part_size, part_size))));
  return {{switch_file, lines},
          {"allow.lst", page.allow},
          {"paths.lst", page.paths},
          {"hosts.lst", page.hosts}};
}

HaproxySwitch from_lists(const HaproxyLists& lists) {
  Map map = map_of(lines_or_none(lists, switch_file));
  HaproxySwitch told;
  if (value(map, "forward") == "on")
    told.forward = Endpoint{value(map, "forward_host"), std::uint16_t(number(map, "forward_port"))};
  if (value(map, "page") != "on") return told;
  Page page;
  // While a shown page is changed its lists may be there and not count yet.
  if (value(map, "paths") == "listed") page.paths = lines_or_none(lists, "paths.lst");
  if (value(map, "hosts") == "listed") page.hosts = lines_or_none(lists, "hosts.lst");
  page.allow = lines_or_none(lists, "allow.lst");
  page.retry_after = Millis(number(map, "retry_after_ms"));
  for (long part = 1; part <= number(map, "body_parts"); ++part)
    page.body += from_base64(value(map, fmt::format("body_{}", part)));
  told.page = std::move(page);
  return told;
}

std::string to_text(const HaproxyLines& lines) {
  return lines.empty() ? "" : join(lines, "\n") + "\n";
}

HaproxyLines to_lines(const std::string& text) {
  HaproxyLines lines;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string page_program(const std::string& folder) {
  return replace_all(
      R"(-- Hikkoshi's maintenance page. Its text comes from the map, which changes at run time.
local told = Map.new("FOLDER/switch.map", Map._str)

core.register_service("hikkoshi_page", "http", function(applet)
  local parts = {}
  for i = 1, tonumber(told:lookup("body_parts") or "0") do
    parts[i] = applet.c:b64dec(told:lookup("body_" .. i) or "")
  end
  local body = table.concat(parts)
  applet:set_status(503)
  applet:add_header("Content-Type", "text/html; charset=utf-8")
  applet:add_header("Content-Length", #body)
  applet:add_header("Cache-Control", "no-store")
  applet:add_header("Retry-After", told:lookup("retry_after") or "120")
  applet:start_response()
  applet:send(body)
end)
)",
      "FOLDER", folder);
}

}  // namespace hikkoshi::traffic
