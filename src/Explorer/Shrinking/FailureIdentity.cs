using System.Text.RegularExpressions;

namespace Testbed.Explorer;

/// <summary>
/// What makes two failures the same one: their kind, and their message without what a smaller heap or another schedule
/// changes in it.
/// </summary>
/// <remarks>
/// <para>
/// Left out are numbers, addresses and remarks in parentheses, so that <c>span[3].state</c> and <c>span[1].state</c>
/// are the same location; places in source text stay. The place of an exception is left out too: it is read off the
/// stack, where it depends on what the JIT has inlined so far.
/// </para>
/// <para>
/// A failure of several threads, a line each, is the same if each of its lines is one of the other's: fewer threads
/// may be stuck, but not elsewhere. Where threads are when the steps run out says nothing.
/// </para>
/// <para>
/// Two failures are akin if their kinds are the same. With fewer preemptions a bug may show elsewhere, and be told in other
/// words.
/// </para>
/// </remarks>
internal sealed partial class FailureIdentity
{
    private readonly FailureKind _kind;
    private readonly HashSet<string> _lines;

    /// <summary>The identity of a failure.</summary>
    /// <param name="kind">What is wrong.</param>
    /// <param name="message">The failure's message.</param>
    internal FailureIdentity(FailureKind kind, string message)
    {
        _kind = kind;
        _lines = [.. LinesOf(kind, message)];
    }

    /// <summary>Whether the steps ran out.</summary>
    internal bool IsStepLimit => _kind == FailureKind.StepLimit;

    /// <summary>Whether something was left behind at the end.</summary>
    internal bool IsLeak => _kind == FailureKind.Leak;

    /// <summary>Whether another failure, of a smaller execution, is the same.</summary>
    internal bool Is(ExecutionFailure other)
        => other.Kind == _kind
            && (_kind is FailureKind.Deadlock or FailureKind.Livelock or FailureKind.LostWakeUp
                ? LinesOf(other.Kind, other.Message).All(_lines.Contains)
                : _lines.SetEquals(LinesOf(other.Kind, other.Message)));

    /// <summary>Whether another failure, of an execution with fewer preemptions, is akin.</summary>
    internal bool IsAkin(ExecutionFailure other) => other.Kind == _kind;

    private static string[] LinesOf(FailureKind kind, string message)
    {
        if (kind == FailureKind.StepLimit)
        {
            return [];
        }

        string text = kind == FailureKind.Exception
            ? Remarks().Replace(message, "")
            : RemarksWithoutSource().Replace(message, "");
        return Numbers().Replace(text, match => match.Groups["source"].Success ? match.Value : "#").Split('\n');
    }

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Remarks();

    [GeneratedRegex(@"\((?![^()]*\.\w+:[0-9])[^()]*\)")]
    private static partial Regex RemarksWithoutSource();

    [GeneratedRegex(@"(?<source>[\w.]+\.\w+:[0-9]+)|0x[0-9a-f]+|[0-9]+")]
    private static partial Regex Numbers();
}
