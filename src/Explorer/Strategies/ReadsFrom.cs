namespace Testbed.Explorer;

/// <summary>A read and the write that it reads from.</summary>
/// <param name="Read">The read: of memory, the taking of a lock, or the sleep on a note.</param>
/// <param name="Write">The last change of that place before it.</param>
internal readonly record struct ReadsFrom(AbstractEvent Read, AbstractEvent Write);
