// From a move file's meaning and what was observed to a plan. Pure: equal input, equal plan.
#pragma once

#include <string>

#include "move/move.h"
#include "plan/observed.h"
#include "plan/plan.h"

namespace hikkoshi::plan {

// The kinds of steps and their arguments; `side` is "old" or "new", names are the move file's.
//
//   prepare-balancer, clean-balancer  {side, balancer}
//   lower-ttl          {zone, names, ttl (seconds), rung (from 1), margin_ms}
//   check-reach        {hosts (NEW's), endpoints ("host:port")}
//   push-config        {side, host, service, file, format, set {KEY: value}, reload}
//   examine            {}
//   show-page, admit-team, hide-page  {side, balancer, page {paths, hosts, allow, retry_after_ms,
//   file}} drain-balancer     {side, balancer, deadline_ms} fence-database     {database, side}
//   copy-database, verify-database  {database}
//   open-database      {database, side, rights_from (id of the fence)}
//   record-answers     {service, host (OLD's), port, name, paths}
//   check-service      {service, hosts (NEW's), port, name, health, answers_from (id or null)}
//   forward-balancer   {side, balancer, target ("address:port")}
//   switch-record      {zone, records [{name, to [address]}], after (id of the last lower-ttl, or
//                      null)}
//   watch-propagation  {zone, names}
//   watch-stragglers   {side, balancer, for_ms}
//   raise-ttl          {zone, names, from (id of the first lower-ttl)}
//   await-health       {side, balancer, deadline_ms}
//   clean-config       {side, host, file}
//   clean-database     {database, side}
//
// Gates: time "ttl-expired" {step}, "since-step" {step, wait_ms}, or {after_the_move_ms}; window
// {days, from "01:00", to, zone}; approval {}; condition "verified" {steps}, "stragglers_forwarded"
// {steps, forwards [{side, balancer, target}]}.

/// Compiles every stage: prepare, then one or two a stage of the move file (cutover, zones), and
/// what `finish` does. `move_hash` is the SHA-256 of the move's canonical JSON.
///
/// Throws Error(never): bad_move_file for what leads nowhere or has unknown words; refused for what
/// this version cannot do (buckets, following) and for what is over a limit of the move file.
Plan compile(const move::Move& move, const Observed& observed, const std::string& move_hash);

}  // namespace hikkoshi::plan
