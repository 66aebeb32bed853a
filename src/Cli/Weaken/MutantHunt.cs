using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Testbed.Bugs;
using Testbed.Explorer;
using Testbed.Models;

namespace Testbed.Cli.Weaken;

/// <summary>
/// Hunts a mutant with the default strategy on one worker, in each scenario that comes to its operation. Any thread may
/// use it.
/// </summary>
/// <param name="weakening">The operations.</param>
/// <param name="reached">The scenarios for each.</param>
/// <param name="seed">The seed of the first round; each next round's is greater by one.</param>
/// <param name="iterations">How many executions a scenario has for a mutant.</param>
/// <param name="timeout">How long all hunts for a mutant take at most.</param>
internal sealed class MutantHunt(
    Weakening weakening, ReachedScenarios reached, ulong seed, long iterations, TimeSpan timeout)
{
    private const int DigitsOfFingerprint = 16;

    /// <summary>The part of the executions and of the time that the first round may take.</summary>
    private const int FirstRound = 10;

    /// <summary>Names a mutant's source.</summary>
    /// <param name="weakening">The operations.</param>
    /// <param name="mutant">The mutant.</param>
    public static string Fingerprint(Weakening weakening, Mutant mutant)
    {
        string source = weakening.SourceOf(mutant).ReplaceLineEndings("\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..DigitsOfFingerprint];
    }

    /// <summary>Hunts.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <returns>The result; null if it was ended early.</returns>
    public MutantResult? Run(Mutant mutant, CancellationToken cancel)
    {
        IReadOnlyList<Scenario> scenarios = reached.Of(mutant);
        var none = new MutantResult(
            mutant.Id,
            mutant.Path,
            mutant.Line,
            mutant.Kind,
            mutant.Operation,
            Fingerprint(weakening, mutant),
            scenarios.Count == 0 ? MutantVerdict.Unreached : MutantVerdict.Survived)
        {
            Hunted = [.. scenarios.Select(scenario => scenario.Name)],
        };
        try
        {
            MutantResult result = Run(weakening.Build(mutant), scenarios, none, cancel);
            return cancel.IsCancellationRequested && result.IsSurvivor() ? null : result;
        }
        catch (PatchException)
        {
            return none with { Verdict = MutantVerdict.NotCompilable };
        }
    }

    /// <summary>
    /// First each scenario has a short turn, since most mutants fall at once in one of them; then each has a long one.
    /// </summary>
    private MutantResult Run(
        PatchedBuild build, IReadOnlyList<Scenario> scenarios, MutantResult result, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        (long Executions, TimeSpan End)[] rounds =
        [
            (Math.Max(1, iterations / FirstRound), timeout / FirstRound),
            (iterations, timeout),
        ];
        for (int round = 0; round < rounds.Length; round++)
        {
            (long executions, TimeSpan end) = rounds[round];
            for (int i = 0; i < scenarios.Count && clock.Elapsed < end && !cancel.IsCancellationRequested; i++)
            {
                var options = new ExplorationOptions
                {
                    Seed = seed + (ulong)round,
                    Interesting = scenarios[i].Interesting,
                    MaxExecutions = executions,
                    Timeout = (end - clock.Elapsed) / (scenarios.Count - i),
                    Shrink = false,
                };
                string name = scenarios[i].Name;
                ExplorationResult found = Explore(name, build.Body<ExplorerSync>(name), options, cancel);
                result = result with
                {
                    Executions = result.Executions + found.Executions,
                    Seconds = Math.Round(clock.Elapsed.TotalSeconds, 2),
                };

                // A busy machine stalls, too: that is no proof.
                if (found.Failures.FirstOrDefault(failure => failure.Kind != FailureKind.Stalled) is { } failure)
                {
                    return result with
                    {
                        Verdict = MutantVerdict.Killed,
                        Scenario = name,
                        Failure = KebabCase.From(failure.Kind),
                    };
                }
            }
        }

        return result;
    }

    /// <summary>
    /// Explores, and again without a limit of time what was found while time ran out: a report that is cut short looks
    /// like nondeterminism.
    /// </summary>
    private static ExplorationResult Explore(
        string name, Action body, ExplorationOptions options, CancellationToken cancel)
    {
        ExplorationResult found = new Exploration(name, body, options).Run(cancel: cancel);
        return found.Failures is [{ Kind: FailureKind.Nondeterminism } failure, ..]
            ? new Exploration(name, body, options with { MaxExecutions = failure.Execution + 1, Timeout = null })
                .Run(cancel: cancel)
            : found;
    }
}
