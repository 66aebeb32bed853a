using Testbed.Models.Dumps;

namespace Testbed.Cli.Heaps;

/// <summary>The objects of a type.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Objects">How many they are.</param>
/// <param name="Bytes">How large they are together.</param>
/// <param name="UnreachableBytes">How large those are that no root leads to: what the finalizers of others keep.</param>
internal sealed record TypeSummary(string Name, long Objects, long Bytes, long UnreachableBytes);

/// <summary>An object that keeps others alive.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="RetainedBytes">How much would be free without it, itself included.</param>
internal sealed record RetainerSummary(long Address, string Type, long Bytes, long RetainedBytes);

/// <summary>What a heap dump holds, in a few numbers.</summary>
internal sealed class HeapSummary
{
    /// <summary>Sums a dump up.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="top">How many objects that keep others alive there are at most.</param>
    public HeapSummary(HeapDump dump, int top)
    {
        var retained = new Retained(dump);
        int[] numbers = [.. Enumerable.Range(0, dump.Objects.Count)];
        Collection = dump.Heap.Collection;
        Objects = dump.Objects.Count;
        Bytes = dump.Objects.Sum(dump.BytesOf);
        Goroutines = dump.Goroutines;
        Roots = dump.Roots.Count;
        Finalizers = dump.Finalizers;
        Types =
        [
            .. numbers
                .GroupBy(number => dump.Objects[number].Type, StringComparer.Ordinal)
                .Select(group => new TypeSummary(
                    group.Key,
                    group.LongCount(),
                    group.Sum(number => dump.BytesOf(dump.Objects[number])),
                    group.Where(number => !retained.IsReached(number))
                        .Sum(number => dump.BytesOf(dump.Objects[number]))))
                .OrderByDescending(type => type.Bytes)
                .ThenBy(type => type.Name, StringComparer.Ordinal),
        ];
        Retainers =
        [
            .. numbers
                .Where(retained.IsReached)
                .OrderByDescending(retained.BytesOf)
                .ThenBy(number => dump.Objects[number].Address)
                .Take(top)
                .Select(number => Describe(dump, dump.Objects[number], retained.BytesOf(number))),
        ];
    }

    /// <summary>The collection after which it was written.</summary>
    public long Collection { get; }

    /// <summary>How many objects there are.</summary>
    public long Objects { get; }

    /// <summary>How large they are together.</summary>
    public long Bytes { get; }

    /// <summary>How many goroutines there are.</summary>
    public int Goroutines { get; }

    /// <summary>How many roots lead to objects.</summary>
    public int Roots { get; }

    /// <summary>How many finalizers there are.</summary>
    public int Finalizers { get; }

    /// <summary>The types, that with the most bytes first.</summary>
    public IReadOnlyList<TypeSummary> Types { get; }

    /// <summary>The objects that keep most alive, the most first.</summary>
    public IReadOnlyList<RetainerSummary> Retainers { get; }

    private static RetainerSummary Describe(HeapDump dump, ObjectLine item, long retained)
        => new(item.Address, item.Type, dump.BytesOf(item), retained);
}
