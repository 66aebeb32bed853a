using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>Pictures of the program's state, which the program draws of itself.</summary>
internal sealed unsafe partial class Engine
{
    private Func<StatePicture>? _picture;

    /// <summary>
    /// Whether a picture is being drawn: accesses are no steps, nobody is told of them, and none can fail.
    /// </summary>
    private bool _drawing;

    /// <summary>Takes what draws the program's state, in place of what there was.</summary>
    internal void OfferPicture(Func<StatePicture> draw)
    {
        ThrowIfAborting();
        _picture = draw;
    }

    /// <summary>Draws the program's state as it is now, or answers null if it cannot be drawn.</summary>
    /// <remarks>On the thread whose turn it is, between two operations.</remarks>
    internal StatePicture? DrawPicture()
    {
        if (_picture is null)
        {
            return null;
        }

        // An execution that is over takes no steps and reports nothing more: just what drawing needs.
        bool aborting = _aborting;
        ControlledThread? self = ControlledThread.t_current;
        _aborting = true;
        _drawing = true;
        ControlledThread.t_current = _threads[_current];
        try
        {
            StatePicture picture = _picture();
            return picture with { Groups = [.. picture.Groups.Select(WithoutAddresses)] };
        }
#pragma warning disable CA1031 // State that is half changed may throw anything, and then there is no picture.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
        finally
        {
            ControlledThread.t_current = self;
            _drawing = false;
            _aborting = aborting;
        }
    }

    private PictureGroup WithoutAddresses(PictureGroup group)
        => group with
        {
            Boxes = [.. group.Boxes.Select(box => box with { Detail = _names.WithoutAddresses(box.Detail) })],
        };

    /// <summary>Reads for a picture.</summary>
    /// <exception cref="ExecutionAbortedException">The execution is over, and nothing is being drawn.</exception>
    private ulong Peek(void* address, int size)
    {
        if (!_drawing)
        {
            throw new ExecutionAbortedException();
        }

        return _region.Covers(address, size) ? Load((byte*)address, size) : 0;
    }
}
