namespace Testbed.Models.Heaps;

/// <summary>
/// A step of a mutator program. Slots are root slots of the goroutine that takes it; a step whose slot is null, whose
/// word a node does not have, or which would write into a node of another goroutine, does nothing.
/// </summary>
public abstract record Operation
{
    private Operation()
    {
    }

    /// <summary>Allocates a node and roots it.</summary>
    /// <param name="Slot">The slot that then refers to it.</param>
    /// <param name="Shape">What it is like.</param>
    public sealed record Allocate(int Slot, NodeShape Shape) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}] = new {Shape}";
    }

    /// <summary>Writes a reference into a node, so that one is added, replaced or, with a null slot, cut.</summary>
    /// <param name="Slot">The slot that refers to the node that is written.</param>
    /// <param name="Word">Which word of that node.</param>
    /// <param name="Value">The slot whose reference is written.</param>
    public sealed record Link(int Slot, int Word, int Value) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}].{Word} = [{Value}]";
    }

    /// <summary>Writes null into a node.</summary>
    /// <param name="Slot">The slot that refers to the node.</param>
    /// <param name="Word">Which word of that node.</param>
    public sealed record Cut(int Slot, int Word) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}].{Word} = null";
    }

    /// <summary>Reads a reference out of a node and roots it.</summary>
    /// <param name="Slot">The slot that then holds it.</param>
    /// <param name="Source">The slot that refers to the node.</param>
    /// <param name="Word">Which word of that node.</param>
    public sealed record Follow(int Slot, int Source, int Word) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}] = [{Source}].{Word}";
    }

    /// <summary>Roots a place inside a node.</summary>
    /// <param name="Slot">The slot that then refers to it.</param>
    /// <param name="Source">The slot that refers to the node.</param>
    /// <param name="Inside">Words from the start of the node.</param>
    public sealed record Interior(int Slot, int Source, int Inside) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}] = &[{Source}].{Inside}";
    }

    /// <summary>Makes a slot null.</summary>
    /// <param name="Slot">The slot.</param>
    public sealed record Unroot(int Slot) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}] = null";
    }

    /// <summary>Writes a reference into a global, under the lock of the globals.</summary>
    /// <param name="Global">The number of the global.</param>
    /// <param name="Slot">The slot whose reference is written.</param>
    public sealed record Publish(int Global, int Slot) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"global {Global} = [{Slot}]";
    }

    /// <summary>Roots what a global refers to, under the lock of the globals.</summary>
    /// <param name="Slot">The slot that then holds it.</param>
    /// <param name="Global">The number of the global.</param>
    public sealed record Take(int Slot, int Global) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Slot}] = global {Global}";
    }

    /// <summary>Starts the goroutine of another part of the program.</summary>
    /// <param name="Goroutine">The number of the part, greater than that of the part that starts it.</param>
    public sealed record Start(int Goroutine) : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => $"go {Goroutine}";
    }

    /// <summary>Collects.</summary>
    public sealed record Collect : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => "collect";
    }

    /// <summary>Lets the world stop.</summary>
    public sealed record Safepoint : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => "safepoint";
    }

    /// <summary>Lets other goroutines run.</summary>
    public sealed record Yield : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => "yield";
    }

    /// <summary>Enters and leaves a system call.</summary>
    public sealed record SystemCall : Operation
    {
        /// <inheritdoc/>
        public override string ToString() => "system call";
    }
}
