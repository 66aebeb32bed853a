using System.CommandLine;
using Testbed.Bench;
#if COYOTE
using Testbed.Bench.Coyote;
#endif
using Testbed.Bench.MarkLoop;

const int wrongUsage = 2;

var root = new RootCommand("Testbed's benchmarks. Run them in Release, on a machine that does nothing else.")
{
#if COYOTE
    CoyoteCommand.Create(),
#endif
    MarkLoopCommand.Create(),
    PrefetchCommand.Create(),
    Estimates.Create(),
    Hunting.Create(),
    Throughput.Create(),
};
ParseResult parsed = root.Parse(args);
int code = parsed.Invoke();
return parsed.Errors.Count > 0 ? wrongUsage : code;
