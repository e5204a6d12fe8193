// What people ask of a running engine: small files dropped into a folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hikkoshi::engine {

/// {"what":"approve","gate":"service/approve","plan":HASH,"who":"mika"}; pause, resume and abort
/// need only what and who; tune has "name" and "value" besides.
struct Request {
  enum class What { approve, pause, resume, abort, tune };
  std::string id;  ///< The file's name; a request is obeyed once.
  What what = What::pause;
  std::string gate;     ///< Only approve.
  std::string plan;     ///< The plan's hash; approve must give it, the others may.
  std::string who;      ///< Never empty.
  std::string name;     ///< Only tune: "copy-streams".
  Json value;           ///< Only tune.
  std::string problem;  ///< Not empty: it could not be understood, and why.

  bool operator==(const Request&) const = default;
};

std::string_view to_string(Request::What what);

/// The file's content; `id`, `problem` are not in it.
Json to_json(const Request& request);

/// Never throws: what is wrong is in `problem`.
Request parse_request(const std::string& id, std::string_view text);

/// Where requests come from. Called on the engine's thread only.
class RequestSource {
 public:
  virtual ~RequestSource() = default;

  /// What is there, oldest first; the same again until settled.
  virtual std::vector<Request> poll() = 0;

  /// It is journaled: obeyed, or refused and for people to see.
  virtual void settle(const Request& request, bool accepted) = 0;
};

/// A folder (created when missing, mode 0700) of files "*.json". Those accepted are removed, those
/// refused are moved to "refused/" beside them. Anything but a plain file of at most 64 KiB has a
/// problem. A folder that cannot be read throws Error(never).
class FolderRequests : public RequestSource {
 public:
  explicit FolderRequests(std::string folder);
  std::vector<Request> poll() override;
  void settle(const Request& request, bool accepted) override;

 private:
  std::string folder_;
};

/// Puts a request into the folder of an engine that runs, or will run: written beside, then
/// renamed. Any process may call it. Returns its id.
std::string drop_request(const std::string& folder, const Request& request);

}  // namespace hikkoshi::engine
