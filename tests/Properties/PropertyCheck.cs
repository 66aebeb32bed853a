using System.Globalization;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit;
using TestResult = FsCheck.TestResult;

namespace Testbed.Properties;

/// <summary>
/// Runs properties with FsCheck: the same cases each time, unless the environment says which.
/// </summary>
/// <remarks>
/// <c>TESTBED_PROPERTY_SEED</c> is <c>seed,gamma,size</c> as a failure prints it, which runs that case alone, or
/// <c>seed</c>, which runs as many cases as ever from there. <c>TESTBED_PROPERTY_CASES</c> is how many.
/// </remarks>
internal static class PropertyCheck
{
    internal const string SeedVariable = "TESTBED_PROPERTY_SEED";
    internal const string CasesVariable = "TESTBED_PROPERTY_CASES";

    /// <summary>The gamma of a seed that was given without one; odd, as SplitMix wants it.</summary>
    private const ulong DefaultGamma = 0x9E3779B97F4A7C15;

    /// <summary>Fails the test unless the property holds of all cases.</summary>
    internal static void Holds<T>(
        Arbitrary<T> cases,
        Action<T> property,
        int count,
        [CallerFilePath] string file = "",
        [CallerMemberName] string test = "")
        where T : class
    {
        string? given = Environment.GetEnvironmentVariable(CasesVariable);
        if (given is not null)
        {
            count = int.Parse(given, CultureInfo.InvariantCulture);
        }

        if (FindFailure(cases, property, count, Environment.GetEnvironmentVariable(SeedVariable)) is { } failure)
        {
            string name = $"{Path.GetFileNameWithoutExtension(file)}.{test}";
            Assert.Fail(failure.Describe(name));
        }
    }

    /// <summary>The shrunk case of which the property does not hold, or null.</summary>
    internal static PropertyFailure<T>? FindFailure<T>(
        Arbitrary<T> cases, Action<T> property, int count, string? seed = null)
        where T : class
    {
        var runner = new Runner<T>();
        Config config = Config.Quick.WithMaxTest(count).WithRunner(runner);
        Replay replay = ParseSeed(seed ?? "1");
        if (FSharpOption<int>.get_IsSome(replay.Size))
        {
            config = config.WithMaxTest(1);
        }

        Check.One(config.WithReplay(FSharpOption<Replay>.Some(replay)), Prop.ForAll(cases, property));
        return runner.Failure;
    }

    private static Replay ParseSeed(string text)
    {
        string[] parts = text.Split(',');
        if (parts.Length > 3
            || !ulong.TryParse(parts[0], CultureInfo.InvariantCulture, out ulong seed)
            || !ulong.TryParse(parts.ElementAtOrDefault(1) ?? $"{DefaultGamma}", out ulong gamma)
            || !int.TryParse(parts.ElementAtOrDefault(2) ?? "0", CultureInfo.InvariantCulture, out int size))
        {
            throw new FormatException($"{SeedVariable} is '{text}': it must be seed, or seed,gamma,size");
        }

        return new Replay(
            new Rnd(seed, gamma), parts.Length == 3 ? FSharpOption<int>.Some(size) : FSharpOption<int>.None);
    }

    /// <summary>Keeps the failure instead of printing it.</summary>
    private sealed class Runner<T> : IRunner
        where T : class
    {
        private int _shrinks;

        internal PropertyFailure<T>? Failure { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(
            int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink) => _shrinks++;

        public void OnFinished(string name, TestResult testResult)
        {
            if (testResult is TestResult.Failed failed)
            {
                Exception? exception = failed.Item4 is Outcome.Failed outcome ? outcome.Item : null;
                Failure = new PropertyFailure<T>(
                    (T)failed.Item2.Head,
                    (T)failed.Item3.Head,
                    exception ?? new InvalidOperationException("the property is false"),
                    $"{failed.Item6.Seed},{failed.Item6.Gamma},{failed.Item7}",
                    _shrinks);
            }
            else if (testResult is TestResult.Exhausted)
            {
                throw new InvalidOperationException("too few cases were generated");
            }
        }
    }
}
