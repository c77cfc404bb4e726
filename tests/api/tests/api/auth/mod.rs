//! `/api/v1/auth/…`

mod reset;
mod sign_in;
mod sign_out;
mod sign_up;

covers!(SignUp, SignIn, SignOut, ResetPassword);
