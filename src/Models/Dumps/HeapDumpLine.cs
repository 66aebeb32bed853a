using System.Text.Json.Serialization;

namespace Testbed.Models.Dumps;

/// <summary>
/// A line of a heap dump, one JSON object whose <c>kind</c> says which of these it is: first the heap, then its spans, the
/// goroutines, the roots, the finalizers and the objects, and an end, without which the dump is not whole.
/// </summary>
/// <remarks>Addresses are numbers. They fit into the 53 bits that every reader of JSON has for one.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(HeapLine), "heap")]
[JsonDerivedType(typeof(SpanLine), "span")]
[JsonDerivedType(typeof(GoroutineLine), "goroutine")]
[JsonDerivedType(typeof(RootLine), "root")]
[JsonDerivedType(typeof(FinalizerLine), "finalizer")]
[JsonDerivedType(typeof(ObjectLine), "object")]
[JsonDerivedType(typeof(EndLine), "end")]
public abstract record HeapDumpLine;

/// <summary>What the dump is of.</summary>
/// <param name="Version">Of the format: <see cref="CurrentVersion"/>.</param>
/// <param name="Collection">The collection after which it was written.</param>
/// <param name="Start">The first address of the arena.</param>
/// <param name="Used">How many bytes of it were ever used.</param>
/// <param name="PageBytes">The bytes of a page.</param>
public sealed record HeapLine(int Version, long Collection, long Start, long Used, int PageBytes) : HeapDumpLine
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>A span that holds objects.</summary>
/// <param name="Number">Its place among all spans.</param>
/// <param name="Start">Its first address.</param>
/// <param name="ElementBytes">The bytes of an object.</param>
/// <param name="Capacity">How many objects it has room for.</param>
/// <param name="Free">How many of these are free.</param>
/// <param name="Types">How the types of its objects are kept: empty, single, bytes or words.</param>
public sealed record SpanLine(int Number, long Start, long ElementBytes, int Capacity, int Free, string Types)
    : HeapDumpLine;

/// <summary>A goroutine that has not ended.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Status">What it does: runnable, running, syscall or waiting.</param>
/// <param name="WaitReason">What it waits for, or empty.</param>
/// <param name="FrameSlots">The slots of its frames, the newest frame first.</param>
public sealed record GoroutineLine(long Id, string Status, string WaitReason, IReadOnlyList<int> FrameSlots)
    : HeapDumpLine;

/// <summary>A root that leads to an object.</summary>
/// <param name="Root">Of what kind it is: data, bss, frame, context, queued-finalizer or finalizer.</param>
/// <param name="Place">Where it is, in words.</param>
/// <param name="Goroutine">The goroutine that has it, or 0.</param>
/// <param name="Certain">Whether it is known to be a pointer; else it may be one.</param>
/// <param name="To">The object.</param>
public sealed record RootLine(string Root, string Place, long Goroutine, bool Certain, long To) : HeapDumpLine;

/// <summary>A finalizer.</summary>
/// <param name="Object">Its object.</param>
/// <param name="Queued">Whether it waits to run or runs.</param>
public sealed record FinalizerLine(long Object, bool Queued) : HeapDumpLine;

/// <summary>An object that is not free.</summary>
/// <param name="Address">Where it starts.</param>
/// <param name="Span">The number of its span, which says how large it is.</param>
/// <param name="Type">The name of its type; <see cref="Conservative"/> or <see cref="NoPointers"/> if it has none.</param>
/// <param name="To">The objects that its pointers, or what may be such, lead to; as often as they do.</param>
public sealed record ObjectLine(long Address, int Span, string Type, IReadOnlyList<long> To) : HeapDumpLine
{
    /// <summary>Each word of it may be a pointer.</summary>
    public const string Conservative = "(conservative)";

    /// <summary>It has no pointers.</summary>
    public const string NoPointers = "(no pointers)";
}

/// <summary>The last line.</summary>
/// <param name="Objects">How many objects there are.</param>
public sealed record EndLine(long Objects) : HeapDumpLine;
