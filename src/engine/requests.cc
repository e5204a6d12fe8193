#include "engine/requests.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/attempt.h"

namespace hikkoshi::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t size_limit = 64 << 10;
constexpr std::array<std::string_view, 5> words{"approve", "pause", "resume", "abort", "tune"};

std::string text_of(const Json& json, const char* key) {
  auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What is wrong with a request whose JSON is `json`; empty when nothing is.
std::string problem_of(const Json& json) {
  if (!json.is_object()) return "not a JSON object";
  std::string what = text_of(json, "what");
  if (std::find(words.begin(), words.end(), what) == words.end())
    return fmt::format("'{}' is none of approve, pause, resume, abort, tune", what);
  if (text_of(json, "who").empty()) return "it does not say who asks";
  if (what == "approve" && text_of(json, "gate").empty()) return "it names no gate";
  if (what == "approve" && text_of(json, "plan").empty()) return "it names no plan";
  if (what == "tune" && (text_of(json, "name").empty() || !json.contains("value")))
    return "tune needs a name and a value";
  return "";
}

/// The requests' file names, oldest first (names begin with the time).
std::vector<std::string> names_in(const std::string& folder) {
  std::error_code failure;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure))
    if (entry->path().extension() == ".json") names.push_back(entry->path().filename());
  if (failure)
    throw Error(Retry::never, fmt::format("cannot list {}: {}", folder, failure.message()));
  std::sort(names.begin(), names.end());
  return names;
}

Request read_request(const std::string& folder, const std::string& name) {
  fs::path path = fs::path(folder) / name;
  Request refused;
  refused.id = name;
  std::error_code failure;
  if (fs::symlink_status(path, failure).type() != fs::file_type::regular) {
    refused.problem = "not a plain file";
    return refused;
  }
  if (fs::file_size(path, failure) > size_limit) {
    refused.problem = "larger than 64 KiB";
    return refused;
  }
  std::string text;
  if (auto error = attempt([&] { text = read_file(path); })) {
    refused.problem = error->what();
    return refused;
  }
  return parse_request(name, text);
}

}  // namespace

std::string_view to_string(Request::What what) {
  return words[static_cast<size_t>(what)];
}

Json to_json(const Request& request) {
  Json json{{"what", to_string(request.what)}, {"who", request.who}};
  if (!request.gate.empty()) json["gate"] = request.gate;
  if (!request.plan.empty()) json["plan"] = request.plan;
  if (!request.name.empty()) json["name"] = request.name;
  if (!request.value.is_null()) json["value"] = request.value;
  return json;
}

Request parse_request(const std::string& id, std::string_view text) {
  Request request;
  request.id = id;
  Json json = Json::parse(text, nullptr, false);
  request.problem = json.is_discarded() ? "not JSON" : problem_of(json);
  if (!json.is_object()) return request;
  request.who = text_of(json, "who");
  request.gate = text_of(json, "gate");
  request.plan = text_of(json, "plan");
  request.name = text_of(json, "name");
  request.value = json.value("value", Json());
  auto word = std::find(words.begin(), words.end(), text_of(json, "what"));
  if (word != words.end()) request.what = static_cast<Request::What>(word - words.begin());
  return request;
}

FolderRequests::FolderRequests(std::string folder) : folder_(std::move(folder)) {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  if (!failure) fs::permissions(folder_, fs::perms::owner_all, failure);
  if (failure)
    throw Error(Retry::never, fmt::format("cannot create {}: {}", folder_, failure.message()));
}

std::vector<Request> FolderRequests::poll() {
  std::vector<Request> requests;
  for (const std::string& name : names_in(folder_)) requests.push_back(read_request(folder_, name));
  return requests;
}

void FolderRequests::settle(const Request& request, bool accepted) {
  fs::path path = fs::path(folder_) / request.id;
  // It is journaled by its id already: one that cannot be moved is passed over from now on.
  std::error_code ignored;
  if (accepted) {
    fs::remove(path, ignored);
    return;
  }
  fs::create_directory(fs::path(folder_) / "refused", ignored);
  fs::rename(path, fs::path(folder_) / "refused" / request.id, ignored);
}

std::string drop_request(const std::string& folder, const Request& request) {
  FolderRequests made(folder);  // The engine may come later.
  static int count = 0;
  std::string time = format_time(SystemClock().now());
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  std::string name = fmt::format("{}-{}-{:06}.json", time, ::getpid(), ++count);
  write_file_atomically(folder + "/" + name, canonical(to_json(request)) + "\n", 0600);
  return name;
}

}  // namespace hikkoshi::engine
