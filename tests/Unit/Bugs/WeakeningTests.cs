using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;
using Testbed.Bugs;
using Xunit;

namespace Testbed.Unit.Bugs;

public partial class WeakeningTests
{
    private const string Path = "src/Collector/Probe.cs";

    [Theory]
    [InlineData(MutationKind.PlainWrite, "TSync.VolatileWrite(_a, 1);", "TSync.Write(_a, 1);")]
    [InlineData(MutationKind.PlainRead, "return TSync.VolatileRead(_a) == 0;", "return TSync.Read(_a) == 0;")]
    [InlineData(
        MutationKind.SplitCompareExchange,
        "if (TSync.CompareExchange(_a, 2, 1) == 1) { }",
        "if (global::Testbed.Collector.Split<TSync>.CompareExchange(_a, 2, 1) == 1) { }")]
    [InlineData(MutationKind.SplitUpdate, "TSync.Add(_a, 1);", "global::Testbed.Collector.Split<TSync>.Add(_a, 1);")]
    [InlineData(MutationKind.SplitUpdate, "TSync.Or(_a, 1);", "global::Testbed.Collector.Split<TSync>.Or(_a, 1);")]
    [InlineData(MutationKind.SplitUpdate, "TSync.And(_a, 1);", "global::Testbed.Collector.Split<TSync>.And(_a, 1);")]
    [InlineData(
        MutationKind.SplitUpdate,
        "int y = TSync.Exchange(_a, 1);",
        "int y = global::Testbed.Collector.Split<TSync>.Exchange(_a, 1);")]
    [InlineData(MutationKind.DropWake, "TSync.Wake(_note);", ";")]
    [InlineData(MutationKind.DropSleep, "TSync.Sleep(_note);", ";")]
    [InlineData(MutationKind.DropSleep, "bool woken = TSync.Sleep(_note, 5);", "bool woken = false;")]
    [InlineData(MutationKind.DropClear, "TSync.Clear(_note);", ";")]
    [InlineData(MutationKind.DropSpin, "TSync.Spin(0);", ";")]
    [InlineData(MutationKind.DropJoin, "TSync.Join(default);", ";")]
    public void Each_operation_has_its_weaker_form(MutationKind kind, string operation, string weaker)
        => Assert.Equal([weaker], Weakened(operation, kind));

    [Theory]
    [InlineData("TSync.Write(_a, 1); TSync.VolatileWrite(_b, 2);", "TSync.VolatileWrite(_b, 2); TSync.Write(_a, 1);")]
    [InlineData(
        "TSync.VolatileWrite(_a, 1); TSync.VolatileWrite(_b, 2);",
        "TSync.VolatileWrite(_b, 2); TSync.VolatileWrite(_a, 1);")]
    public void A_store_moves_behind_the_volatile_one_that_follows_it(string stores, string swapped)
        => Assert.Equal([swapped], Weakened(stores, MutationKind.SwapStores));

    [Theory]
    [InlineData("TSync.Write(&_s->A, 1); TSync.VolatileWrite(&_s->B, 2);")]
    [InlineData("TSync.Write(&_s->InCallee, 1); TSync.VolatileWrite(&_s->B, 2);")]
    [InlineData("TSync.Write(&_s->InCaller, 1); TSync.VolatileWrite(&_s->B, 2);")]
    [InlineData("TSync.Write(&_s->BehindSwap, 1); TSync.VolatileWrite(&_s->C, 2);")]
    [InlineData("TSync.VolatileWrite(&_s->Apart, 1); TSync.VolatileWrite(&_s->B, 2);")]
    public void A_store_is_moved_if_somebody_may_come_to_it_by_the_volatile_one_or_it_is_volatile_too(string stores)
        => Assert.Single(Weakened(stores, MutationKind.SwapStores));

    [Theory]
    [InlineData("TSync.Write(_a, 1); TSync.Write(_b, 2);")]
    [InlineData("TSync.VolatileWrite(_a, 1); TSync.Write(_b, 2);")]
    [InlineData("TSync.Write(_a, 1); TSync.VolatileWrite(_a, 2);")]
    [InlineData("TSync.Write(_a, 1); int x = 0; TSync.VolatileWrite(_b, x);")]
    [InlineData("TSync.Write(&_s->Apart, 1); TSync.VolatileWrite(&_s->B, 2);")]
    [InlineData("TSync.Write(&_s->Before, 1); TSync.VolatileWrite(&_s->B, 2);")]
    [InlineData("TSync.Write(_a, TSync.Read(_b)); TSync.VolatileWrite(_b, 2);")]
    public void Stores_whose_order_nobody_may_rely_on_or_that_are_apart_stay(string stores)
        => Assert.Empty(Weakened(stores, MutationKind.SwapStores));

    [Theory]
    [InlineData(
        "TSync.Exchange(_a, 1); if (TSync.VolatileRead(_b) == 0) { return; }",
        "; if (global::Testbed.Collector.Split<TSync>.Then(TSync.VolatileRead(_b) == 0, () => TSync.Exchange(_a, 1))) { return; }")]
    [InlineData("TSync.Or(_a, 1); TSync.Read(_b); x = Reader();", "; TSync.Read(_b); x = Reader(); TSync.Or(_a, 1);")]
    [InlineData("TSync.Add(_a, 1); x = Caller();", "; x = Caller(); TSync.Add(_a, 1);")]
    public void An_update_moves_behind_the_look_that_follows_it(string update, string delayed)
    {
        Assert.Equal([delayed], Weakened(update, MutationKind.DelayUpdate));
        Mutant mutant = Assert.Single(MutantsOf(update), mutant => mutant.Kind == MutationKind.DelayUpdate);
        Assert.NotNull(Find(update).Build(mutant));
    }

    [Theory]
    [InlineData("int y = TSync.Add(_a, 1); x = Reader();")]
    [InlineData("TSync.Add(&_s->B, 1); x = Reader();")]
    [InlineData("TSync.Add(_a, 1); TSync.MemoryBarrier(); x = Reader();")]
    [InlineData("TSync.Add(_a, 1); x = Swapper(); x = Reader();")]
    [InlineData("TSync.Add(_a, 1); while (!x) { x = Reader(); return; }")]
    [InlineData("TSync.Add(_a, 1); x = TSync.Read(_b) == 0;")]
    public void An_update_that_is_used_or_before_a_fence_or_that_no_look_follows_stays(string update)
        => Assert.Empty(Weakened(update, MutationKind.DelayUpdate));

    [Fact]
    public void An_exchange_that_nobody_uses_is_not_split()
        => Assert.Empty(Weakened("TSync.Exchange(_a, 1);", MutationKind.SplitUpdate));

    [Theory]
    [InlineData("TSync.Read(_a); TSync.Write(_a, 1); TSync.RacyRead(_a); TSync.Now.ToString();")]
    [InlineData("Other.Enter(_lock); TSync.CreateMutex(\"m\");")]
    public void Whatever_synchronizes_nothing_stays(string body) => Assert.Empty(MutantsOf(body));

    [Fact]
    public void A_section_loses_its_lock_on_all_paths_and_the_next_section_keeps_its_own()
        => Assert.Equal(
            [
                "; if (x) { ; return; } ; TSync.Enter(_lock); TSync.Exit(_lock);",
                "TSync.Enter(_lock); if (x) { TSync.Exit(_lock); return; } TSync.Exit(_lock); ; ;",
            ],
            Weakened(
                "TSync.Enter(_lock); if (x) { TSync.Exit(_lock); return; } TSync.Exit(_lock); "
                + "TSync.Enter(_lock); TSync.Exit(_lock);",
                MutationKind.DropLock));

    [Fact]
    public void A_section_that_leaves_its_lock_for_a_while_is_one()
        => Assert.Equal(
            ["; while (x) { ; ; } ;"],
            Weakened(
                "TSync.Enter(_lock); while (x) { TSync.Exit(_lock); TSync.Enter(_lock); } TSync.Exit(_lock);",
                MutationKind.DropLock));

    [Fact]
    public void An_exit_of_a_lock_that_the_caller_entered_stays()
        => Assert.Empty(Weakened("TSync.Exit(_lock);", MutationKind.DropLock));

    [Fact]
    public void Locks_inside_each_other_go_one_at_a_time_and_cleaning_up_belongs_to_the_section()
        => Assert.Equal(
            [
                "; try { TSync.Enter(_other); TSync.Exit(_other); } finally { ; }",
                "TSync.Enter(_lock); try { ; ; } finally { TSync.Exit(_lock); }",
            ],
            Weakened(
                "TSync.Enter(_lock); try { TSync.Enter(_other); TSync.Exit(_other); } finally { TSync.Exit(_lock); }",
                MutationKind.DropLock));

    [Fact]
    public void Ids_stay_when_lines_move_and_other_operations_come()
    {
        const string operations = "TSync.VolatileWrite(_a, 1); TSync.VolatileWrite(_a, 2);";
        string[] before = [.. MutantsOf(operations).Select(mutant => mutant.Id)];
        Assert.Equal(["Probe/M/plain-write/1", "Probe/M/plain-write/2"], before);
        Mutant[] after =
            [.. MutantsOf("\n\nTSync.Spin(0);\n" + operations).Where(mutant => mutant.Kind == MutationKind.PlainWrite)];
        Assert.Equal(before, after.Select(mutant => mutant.Id));
        Assert.NotEqual(MutantsOf(operations)[0].Line, after[0].Line);
    }

    [Fact]
    public void Each_synchronization_operation_of_the_collector_is_weakened_once()
    {
        IReadOnlyList<Mutant> mutants = Weakening.OfCollector.Mutants;
        Assert.Equal(mutants.Count, mutants.Select(mutant => mutant.Id).Distinct().Count());
        Assert.InRange(EditsOf(MutationKind.DropLock), Count("Enter"), Count("Enter|Exit"));
        Assert.Equal(Count("CompareExchange"), EditsOf(MutationKind.SplitCompareExchange));

        // An exchange that nobody uses is a write with a fence: the fence is what is weakened.
        int unused = PatchedBuild.Sources.Values.Sum(source => Exchanges().Count(source));
        Assert.Equal(Count("Add|Or|And|Exchange") - unused, EditsOf(MutationKind.SplitUpdate));
        Assert.Equal(
            unused,
            mutants.Count(mutant => mutant.Kind == MutationKind.DelayUpdate
                && mutant.Operation.StartsWith("TSync.Exchange(", StringComparison.Ordinal)));
        Assert.Equal(Count("VolatileWrite"), EditsOf(MutationKind.PlainWrite));
        Assert.Equal(Count("VolatileRead"), EditsOf(MutationKind.PlainRead));
        Assert.Equal(Count("Wake"), EditsOf(MutationKind.DropWake));
        Assert.Equal(Count("Sleep"), EditsOf(MutationKind.DropSleep));
        Assert.Equal(Count("Clear"), EditsOf(MutationKind.DropClear));
        Assert.Equal(Count("Spin"), EditsOf(MutationKind.DropSpin));
        Assert.Equal(Count("Join"), EditsOf(MutationKind.DropJoin));

        int EditsOf(MutationKind kind) => mutants.Where(mutant => mutant.Kind == kind).Sum(mutant => mutant.Edits.Count);
    }

    [Fact]
    public void The_lines_are_those_of_the_operations()
        => Assert.All(
            Weakening.OfCollector.Mutants,
            mutant => Assert.Contains(
                "TSync.", Weakening.OfCollector.SourceOf(mutant).Split('\n')[mutant.Line - 1], StringComparison.Ordinal));

    [Fact]
    public void Each_reason_is_one_of_a_mutant_that_there_is()
        => SurvivorReasons.Embedded().RequireMutants(Weakening.OfCollector.Mutants);

    [Fact]
    public void A_reason_without_its_mutant_is_an_error()
    {
        SurvivorReasons reasons = SurvivorReasons.Parse("""{ "Probe/M/drop-spin/1": "why" }""");
        reasons.RequireMutants(Find("TSync.Spin(0);").Mutants);
        PatchException stale = Assert.Throws<PatchException>(() => reasons.RequireMutants(Find("").Mutants));
        Assert.Contains("Probe/M/drop-spin/1", stale.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a": " " }""")]
    [InlineData("""{ "a": null }""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_reason_that_says_nothing_is_an_error(string json)
        => Assert.Throws<PatchException>(() => SurvivorReasons.Parse(json));

    private static Weakening Find(string body)
        => new(new Dictionary<string, string> { [Path] = Source(body) });

    /// <summary>The mutants of the body, without those of what is around it.</summary>
    private static Mutant[] MutantsOf(string body)
        => [.. Find(body).Mutants.Where(mutant => mutant.Id.StartsWith("Probe/M/", StringComparison.Ordinal))];

    private static string Source(string body)
        => $$"""
        using Testbed.Sync;

        internal unsafe class Probe<TSync>
            where TSync : struct, ISync
        {
            private int* _a, _b;
            private Mutex _lock, _other;
            private Note _note;
            private State* _s;

            private struct State
            {
                internal int A, B, C, InCallee, InCaller, BehindSwap, Apart, Before;
            }

            private bool Reader() => TSync.VolatileRead(&_s->B) == TSync.Read(&_s->A) && Callee() == 0;

            private bool Swapper() => TSync.Or((int*)&_s->C, 1) == TSync.Read(&_s->BehindSwap);

            private int Callee() => TSync.Read(&_s->InCallee);

            private bool Caller() => TSync.Read(&_s->Before) == 0 && Reader() && TSync.Read(&_s->InCaller) == 0;

            private bool Other() => TSync.Read(&_s->Apart) == 0 && Caller();

            private void M(bool x)
            {
                {{body}}
            }
        }

        """;

    /// <summary>The body with each mutant of a kind.</summary>
    private static string[] Weakened(string body, MutationKind kind)
        =>
        [
            .. MutantsOf(body).Where(mutant => mutant.Kind == kind).Select(mutant =>
            {
                string text = SourceText.From(Source(body))
                    .WithChanges(mutant.Edits.OrderBy(edit => edit.Span))
                    .ToString();
                string[] ends = Source("\0").Split('\0');
                return text[ends[0].Length..^ends[1].Length];
            }),
        ];

    /// <summary>How many calls of some names the collector has, comments aside.</summary>
    private static int Count(string names)
        => PatchedBuild.Sources.Values.Sum(
            source => Regex.Count(Comments().Replace(source, ""), $@"\bTSync\.({names})\("));

    [GeneratedRegex(@"^ *TSync\.Exchange\(", RegexOptions.Multiline)]
    private static partial Regex Exchanges();

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();
}
